// Runs the parts of a conformance suite as uvu tests.
import { suite } from 'uvu';
import { skip as skipTest } from '../../build/test/skip.ts';
import { Kit, type Part, type Subject, type Test } from './kit.ts';

/** A conformance suite for one backend. */
export interface Suite {
  /** The name in the output. */
  label: string;
  /** The functions that register the tests, by part. */
  parts: Readonly<Record<string, (part: Part) => void>>;
  /** Makes a subject: a fresh one for each test, and one more for its capabilities. */
  make: () => Subject;
  /** Tests that do not apply to the backend: title to reason. */
  skips: Readonly<Record<string, string>>;
  /** Wraps each test in checks, while its session is open. */
  around?: (run: Test) => Test;
}

/**
 * Runs all parts of a suite.
 * @throws Error if a skip names no test.
 */
export function runSuite({ label, parts, make, skips, around = (run) => run }: Suite): void {
  const sample = make();
  const unused = new Set(Object.keys(skips));
  for (const [part, add] of Object.entries(parts)) {
    const tests = suite(`${label}: ${part}`);
    const skip = (title: string, why: string): void => {
      unused.delete(title);
      skipTest(title, why, tests);
    };
    const test = (title: string, run: Test): void => {
      if (Object.hasOwn(skips, title)) skip(title, skips[title]!);
      else tests(title, () => runOn(make(), around(run)));
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
