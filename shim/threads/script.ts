// The text of thread.ts with all that it imports, as a classic script: no bundler has to find a file for it, and no server to
// serve one. The build replaces this file (build/thread-script.mjs).

/**
 * The script of the workers, for a page whose Content-Security-Policy forbids workers from `blob:` URLs: serve it as a file,
 * and pass the option `worker`.
 */
export const threadScript: string = '';
