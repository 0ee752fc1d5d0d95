// Tells texts that are not what the system passed, or would not be passed as they are: see bytes.ts.

/** True if Node has lost bytes of a word, or may have. */
export function isLossy(word: string): boolean {
  return word.includes('\ufffd');
}

/** True if a text of bytes.ts holds bytes that are not UTF-8. */
export function isRaw(word: string): boolean {
  return /[\ud800-\udfff]/u.test(word);
}
