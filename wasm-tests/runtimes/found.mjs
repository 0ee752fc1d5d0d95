// Compares what a check has found with what it should have: '' if it is the same, else what was found.

/** @param {{ status: number | null, stdout?: string, stderr?: string, signal?: string | null }} found @param {number} status @param {string | RegExp} [stdout] @param {string | RegExp} [stderr] */
export function is(found, status, stdout = '', stderr = '') {
  const fits = (/** @type {string | RegExp} */ wanted, /** @type {string} */ text) =>
    typeof wanted === 'string' ? wanted === text : wanted.test(text);
  const good = found.status === status && fits(stdout, found.stdout ?? '') && fits(stderr, found.stderr ?? '');
  return good ? '' : JSON.stringify(found).slice(0, 600);
}

/** @param {string} found @param {string} wanted */
export function equal(found, wanted) {
  return found === wanted ? '' : JSON.stringify(found).slice(0, 600);
}
