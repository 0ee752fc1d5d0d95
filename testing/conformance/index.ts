// The conformance suite that each writable backend runs.
import { attributes } from './attributes.ts';
import { directories } from './directories.ts';
import { ends } from './end.ts';
import { files } from './files.ts';
import { holes } from './holes.ts';
import { identity } from './identity.ts';
import type { Backend } from '../../vfs/backend/backend.ts';
import type { Subject } from '../kit.ts';
import { names } from './names.ts';
import { orphans } from './orphans.ts';
import { renames } from './renames.ts';
import { runSuite, type ConformanceOptions } from './run.ts';

/** The parts that every writable backend must pass, through a server and a client in this process. */
const PARTS = { files, holes, names, renames, directories, orphans, attributes, identity, ends };

/**
 * Registers the suite for a backend, a fresh one for each test, with a check for leaks after each. Titles are
 * `NAME: PART: TITLE`.
 * @param name The name in the titles.
 * @param make Makes the backend, with an empty root. It is called once more for the backend's capabilities.
 */
export function conformance(name: string, make: () => Subject | Backend, options: ConformanceOptions): void {
  runSuite({ label: name, parts: PARTS, make }, options);
}
