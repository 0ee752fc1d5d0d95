import { suite } from 'uvu';
import { attributes } from './conformance-attributes.ts';
import { directories } from './conformance-directories.ts';
import { files } from './conformance-files.ts';
import { identity } from './conformance-identity.ts';
import { Kit, type Part, type Subject, type Test } from './conformance-kit.ts';
import { names } from './conformance-names.ts';
import { orphans } from './conformance-orphans.ts';
import { renames } from './conformance-renames.ts';

/** What every backend must pass, through a server and a client in this process. */
const PARTS = { files, names, renames, directories, orphans, attributes, identity };

/**
 * Runs the suite on a backend: a fresh one for each test, and a look after each that nothing is left of it.
 * @param name For the output.
 * @param make Makes the backend, its root empty. Called once more, to ask what it can do.
 * @param skips Tests that do not hold for it: title to reason.
 */
export function conformance(name: string, make: () => Subject, skips: Readonly<Record<string, string>> = {}): void {
  const sample = make();
  const unused = new Set(Object.keys(skips));
  for (const [part, add] of Object.entries(PARTS)) {
    const tests = suite(`${name}: ${part}`);
    const skip = (title: string, why: string): void => {
      unused.delete(title);
      console.log(`${name}: skipped '${title}': ${why}`);
      tests.skip(title);
    };
    const test = (title: string, run: Test): void => {
      if (Object.hasOwn(skips, title)) skip(title, skips[title]!);
      else tests(title, () => runOn(make(), run));
    };
    const when: Part['when'] = (able, why, title, run) => {
      if (able(sample)) test(title, run);
      else skip(title, why);
    };
    add({ test, when });
    tests.run();
  }
  sample.dispose();
  if (unused.size > 0) throw new Error(`No test has the title: ${[...unused].join(', ')}`);
}

function runOn(subject: Subject, run: Test): void {
  const kit = new Kit(subject);
  try {
    run(kit);
    kit.end();
  } finally {
    kit.mount.close();
    subject.dispose();
  }
}
