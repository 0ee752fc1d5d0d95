// The conformance suite that each read-only backend runs. Test code; imported by tests only.
import * as assert from 'uvu/assert';
import type { Backend } from '../backend/backend.ts';
import { changes } from './changes.ts';
import type { Subject, Test } from './kit.ts';
import { reads } from './reads.ts';
import { runSuite } from './run.ts';
import { fill, picture } from './tree.ts';

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
  runSuite({ label: `${name}, read-only`, parts: PARTS, make: () => make(fill), skips, around: unchanged });
}

/** A test that also fails when the tree is not the same at its end. */
function unchanged(run: Test): Test {
  return (kit) => {
    const before = picture(kit);
    run(kit);
    assert.is(picture(kit), before, 'something has changed');
  };
}
