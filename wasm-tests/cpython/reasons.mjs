// The tests that fail on wasi9p for a reason that is not its own: any other failure there fails the run.

/** @type {readonly { test: RegExp, kind: 'fail' | 'trap', why: RegExp, reason: string }[]} */
export const REASONS = [
  {
    test: /\.test_glob_(?:dotdot|many_open_files)$/,
    kind: 'trap',
    why: /^memory access out of bounds$/,
    // Seen with the module's __stack_pointer exported: after the trap it is 0 or below, on node:wasi too.
    reason:
      'the recursion of 50 levels uses up the 512 kB of stack that the module has in its own memory; on node:wasi, too',
  },
];

/** @param {string} name @param {import('./suite.mjs').Result} result @returns {string | undefined} */
export function reasonOf(name, { kind, why }) {
  return REASONS.find((row) => row.kind === kind && row.test.test(name) && row.why.test(why))?.reason;
}
