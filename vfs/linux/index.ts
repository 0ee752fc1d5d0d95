// The errnos and numbers of Linux that backends and 9P speak, by their names. Imports nothing else.
export * from './constants.ts';
export { MAXSYMLINKS, NAME_MAX, PATH_MAX } from './limits.ts';
export { E, errnoName, errnoOf } from './errno.ts';
