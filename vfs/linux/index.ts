// The errnos and numbers of Linux that backends and 9P speak, by their names. Imports nothing else.
export * from './constants.ts';
export { E, errnoName, errnoOf } from './errno.ts';
