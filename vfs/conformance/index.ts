// The conformance suite that each writable backend runs. Test code; imported by tests only.
import { attributes } from './attributes.ts';
import { directories } from './directories.ts';
import { ends } from './end.ts';
import { files } from './files.ts';
import { holes } from './holes.ts';
import { identity } from './identity.ts';
import type { Subject } from './kit.ts';
import { names } from './names.ts';
import { orphans } from './orphans.ts';
import { renames } from './renames.ts';
import { runSuite } from './run.ts';

/** What every backend must pass, through a server and a client in this process. */
const PARTS = { files, holes, names, renames, directories, orphans, attributes, identity, ends };

/**
 * Runs the suite on a backend: a fresh one for each test, and a look after each that nothing is left of it.
 * @param name For the output.
 * @param make Makes the backend, its root empty. Called once more, to ask what it can do.
 * @param skips Tests that do not hold for it: title to reason.
 */
export function conformance(name: string, make: () => Subject, skips: Readonly<Record<string, string>> = {}): void {
  runSuite({ label: name, parts: PARTS, make, skips });
}
