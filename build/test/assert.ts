// Replaces uvu/assert in tests: `throws` compares a text with the message of the exception.
import * as uvu from 'uvu/assert';

export * from 'uvu/assert';

/**
 * As `throws` of uvu, but an expected text must be in the message of the exception. uvu takes the text for the message of
 * the assertion and lets any exception pass.
 */
export const throws: typeof uvu.throws = (run, expected, message) => {
  const contains = (thrown: Error): boolean => thrown.message.includes(expected as string);
  uvu.throws(run, typeof expected === 'string' ? contains : expected, message);
};
