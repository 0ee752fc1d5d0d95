import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Backend } from './backend.ts';
import { changes } from './conformance-changes.ts';
import { Kit, type Part, type Subject, type Test } from './conformance-kit.ts';
import { reads } from './conformance-reads.ts';
import { fill, picture } from './conformance-tree.ts';

/** What every backend that cannot be written must pass, on the tree that `fill` makes. */
const PARTS = { changes, reads };

/** Makes a read-only backend out of a writable one of its own that `fill` has put the tree in. */
export type MakeReadOnly = (fill: (writable: Backend) => void) => Subject;

/**
 * Runs the suite for backends that nobody can write through; each test has a fresh one, and looks at its end that
 * nothing has changed and nothing is left.
 * @param name For the output.
 * @param skips Tests that do not hold for it: title to reason.
 */
export function readOnlyConformance(
  name: string,
  make: MakeReadOnly,
  skips: Readonly<Record<string, string>> = {},
): void {
  const sample = make(fill);
  const unused = new Set(Object.keys(skips));
  for (const [part, add] of Object.entries(PARTS)) {
    const tests = suite(`${name}, read-only: ${part}`);
    const skip = (title: string, why: string): void => {
      unused.delete(title);
      console.log(`${name}, read-only: skipped '${title}': ${why}`);
      tests.skip(title);
    };
    const test = (title: string, run: Test): void => {
      if (Object.hasOwn(skips, title)) skip(title, skips[title]!);
      else tests(title, () => runOn(make(fill), run));
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
    const before = picture(kit);
    run(kit);
    assert.is(picture(kit), before, 'something has changed');
    kit.end();
  } finally {
    kit.mount.close();
    subject.dispose();
  }
}
