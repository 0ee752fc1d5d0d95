// The conformance suite that each read-only backend runs. Test code; imported by tests only.
import * as assert from 'uvu/assert';
import type { Backend } from '../backend/backend.ts';
import { changes } from './changes.ts';
import type { Subject, Test } from './kit.ts';
import { reads } from './reads.ts';
import { runSuite } from './run.ts';
import { fill, picture } from './tree.ts';

/** The parts that every read-only backend must pass, on the tree of `fill`. */
const PARTS = { changes, reads };

/** Makes a read-only backend from a writable one, after `fill` has created the tree in that. */
export type MakeReadOnly = (fill: (writable: Backend) => void) => Subject;

/**
 * Runs the suite on a read-only backend, a fresh one for each test, with checks after each for changes and leaks.
 * @param name The name in the output.
 * @param make Makes the backend.
 * @param skips Tests that do not apply to the backend: title to reason.
 */
export function readOnlyConformance(
  name: string,
  make: MakeReadOnly,
  skips: Readonly<Record<string, string>> = {},
): void {
  runSuite({ label: `${name}, read-only`, parts: PARTS, make: () => make(fill), skips, around: unchanged });
}

/** Wraps a test so that it also fails if the tree has changed at its end. */
function unchanged(run: Test): Test {
  return (kit) => {
    const before = picture(kit);
    run(kit);
    assert.is(picture(kit), before, 'something has changed');
  };
}
