// What `import * as assert from 'uvu/assert'` gives in a test.
import * as uvu from 'uvu/assert';

export * from 'uvu/assert';

/**
 * As that of uvu, except that the message of the exception must contain an expected text. uvu takes a text for a message
 * of its own, and then any exception passes.
 */
export const throws: typeof uvu.throws = (run, expected, message) => {
  const contains = (thrown: Error): boolean => thrown.message.includes(expected as string);
  uvu.throws(run, typeof expected === 'string' ? contains : expected, message);
};
