// The conformance suite that each read-only backend runs.
import * as assert from '../assert.ts';
import type { Backend } from '../../vfs/backend/backend.ts';
import { changes } from './changes.ts';
import type { Subject, Test } from '../kit.ts';
import { reads } from './reads.ts';
import { runSuite, type ConformanceOptions } from './run.ts';
import { fill, picture } from './read-only-tree.ts';

/** The parts that every read-only backend must pass, on the tree of `fill`. */
const PARTS = { changes, reads };

/** Makes a read-only backend from a writable one, after `fill` has created the tree in that. */
export type MakeReadOnly = (fill: (writable: Backend) => void) => Subject | Backend;

/**
 * Registers the suite for a read-only backend, a fresh one for each test, with checks after each for changes and leaks.
 * Titles are `NAME, read-only: PART: TITLE`.
 * @param name The name in the titles.
 * @param make Makes the backend.
 */
export function readOnlyConformance(name: string, make: MakeReadOnly, options: ConformanceOptions): void {
  runSuite({ label: `${name}, read-only`, parts: PARTS, make: () => make(fill), around: unchanged }, options);
}

/** Wraps a test so that it also fails if the tree has changed at its end. */
function unchanged(run: Test): Test {
  return (kit) => {
    const before = picture(kit);
    run(kit);
    assert.is(picture(kit), before, 'something has changed');
  };
}
