// Judges a test file by its output, that of uvu, and the end of its process.

/** @typedef {{ title: string, reason: string }} Skip */
/** @typedef {{ passed: number, failed: number, skipped: number, skips: Skip[], why: string }} Result */

/**
 * Judges the output and the end of a run. A file that crashed, hung or ended early counts as one more failure, and
 * so does one that ran no test, or that skips a test without a reason. uvu counts no failure for a hook that threw: tests
 * that did not pass have failed.
 * @param {string} output
 * @param {string} ending '' for exit status 0, else a description of the end
 * @param {{ mayBeEmpty?: boolean, focused?: boolean }} [options] `mayBeEmpty` if a name filter may have left no test;
 *   `focused` if the file uses `.only`, for which uvu counts the others as skipped
 * @returns {Result}
 */
export function judge(output, ending, { mayBeEmpty = false, focused = false } = {}) {
  const total = count(output, 'Total');
  const passed = count(output, 'Passed');
  const skipped = count(output, 'Skipped');
  const failed = total - passed;
  const skips = skipsIn(output);
  if (!/^ {2}Total: /m.test(output))
    return { passed: 0, failed: 1, skipped: 0, skips, why: ending || 'it ended without running its tests' };
  const result = { passed, failed: 1, skipped, skips };
  if (total + skipped === 0 && !mayBeEmpty) return { ...result, why: 'it ran no test' };
  if (failed) return { ...result, failed, why: `${failed} of ${total} failed` };
  if (ending) return { ...result, why: ending };
  const unexplained = focused ? undefined : skips.find(({ reason }) => !reason);
  if (unexplained) return { ...result, why: `it skips '${unexplained.title}' without a reason` };
  if (!focused && skips.length < skipped) return { ...result, why: 'it skips tests without a reason' };
  return { ...result, failed: 0, why: '' };
}

/** @param {string} output @param {string} word */
function count(output, word) {
  const found = [...output.matchAll(new RegExp(`^ {2}${word}: +(\\d+)$`, 'gm'))];
  return Number(found.at(-1)?.[1] ?? 0);
}

/** The skips that leak-check.ts printed. @param {string} output @returns {Skip[]} */
function skipsIn(output) {
  const found = output.matchAll(/skipped \((.*?)\): (.*)$/gm);
  return Array.from(found, ([, reason = '', title = '']) => ({ title, reason }));
}
