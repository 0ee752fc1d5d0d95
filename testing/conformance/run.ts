// Registers the parts of a conformance suite with a test framework.
import type { Backend } from '../../vfs/backend/backend.ts';
import { isBackend } from '../../vfs/connect/attachment.ts';
import { Kit, type Part, type Subject, type Test } from '../kit.ts';

/** The options of a suite. */
export interface ConformanceOptions {
  /** Registers a test, as `test` of node:test, uvu, vitest and others does. */
  test: (title: string, run: () => void) => unknown;
  /** Called with each test that is skipped, and the reason. Default: prints both. */
  skip?: (title: string, reason: string) => void;
  /** Tests that do not apply to the backend: title to reason. Those for a capability that it lacks are skipped anyway. */
  skips?: Readonly<Record<string, string>>;
}

/** A conformance suite for one backend. */
export interface Suite {
  /** The name in the output. */
  label: string;
  /** The functions that register the tests, by part. */
  parts: Readonly<Record<string, (part: Part) => void>>;
  /** Makes a backend: a fresh one for each test, and one more for its capabilities. */
  make: () => Subject | Backend;
  /** Wraps each test in checks, while its session is open. */
  around?: (run: Test) => Test;
}

/**
 * Registers all parts of a suite.
 * @throws Error if a skip names no test.
 */
export function runSuite({ label, parts, make, around = (run) => run }: Suite, options: ConformanceOptions): void {
  const { test: register, skip = print, skips = {} } = options;
  const sample = subjectOf(make());
  const unused = new Set(Object.keys(skips));
  for (const [part, add] of Object.entries(parts)) {
    const named = (title: string): string => `${label}: ${part}: ${title}`;
    const test = (title: string, run: Test): void => {
      unused.delete(title);
      if (Object.hasOwn(skips, title)) skip(named(title), skips[title]!);
      else register(named(title), () => runOn(subjectOf(make()), around(run)));
    };
    const when: Part['when'] = (able, why, title, run) => {
      unused.delete(title);
      if (able(sample)) test(title, run);
      else skip(named(title), why);
    };
    add({ test, when });
  }
  dispose(sample);
  if (unused.size > 0) throw new Error(`No test has the title: ${[...unused].join(', ')}`);
}

function print(title: string, reason: string): void {
  console.log(`skipped: ${title}: ${reason}`);
}

function subjectOf(made: Subject | Backend): Subject {
  return isBackend(made) ? { backend: made } : made;
}

/** A backend that was made for a test is closed with it. */
function dispose({ backend, dispose: end }: Subject): void {
  if (end) end();
  else backend.close?.();
}

function runOn(subject: Subject, run: Test): void {
  const kit = new Kit(subject);
  try {
    run(kit);
    kit.end();
  } finally {
    kit.mount.close();
    dispose(subject);
  }
}
