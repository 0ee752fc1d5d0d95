// Runs the parts of a conformance suite as uvu tests.
import { suite } from 'uvu';
import { Kit, type Part, type Subject, type Test } from './kit.ts';

/** A conformance suite for one backend. */
export interface Suite {
  /** For the output. */
  label: string;
  /** What adds the tests, by the name of the part. */
  parts: Readonly<Record<string, (part: Part) => void>>;
  /** Makes a subject: a fresh one for each test, and one more, to ask what it can do. */
  make: () => Subject;
  /** Tests that do not hold for the backend: title to reason. */
  skips: Readonly<Record<string, string>>;
  /** What is looked at around each test, while its session is open. */
  around?: (run: Test) => Test;
}

/** Runs every part of a suite; a skip that names no test is an error. */
export function runSuite({ label, parts, make, skips, around = (run) => run }: Suite): void {
  const sample = make();
  const unused = new Set(Object.keys(skips));
  for (const [part, add] of Object.entries(parts)) {
    const tests = suite(`${label}: ${part}`);
    const skip = (title: string, why: string): void => {
      unused.delete(title);
      console.log(`${label}: skipped '${title}': ${why}`);
      tests.skip(title);
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
