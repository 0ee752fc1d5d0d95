// The modules of Node that streams are made of, looked up at their first use: a browser has none.
import { badArgument } from '../values/errors.ts';

interface HostGlobals {
  process?: { getBuiltinModule?(name: string): unknown };
}

/**
 * A module of the host, which is Node, Deno or Bun.
 * @param wanted The call that needs it.
 * @throws TypeError ERR_FEATURE_UNAVAILABLE_ON_PLATFORM.
 */
export function nodeModule<T>(name: string, wanted: string): T {
  const found = (globalThis as HostGlobals).process?.getBuiltinModule?.(name);
  if (found !== undefined) return found as T;
  const text = `${wanted} needs the streams of Node, which are not here: use readFile() and writeFile(), or read() and write().`;
  throw badArgument('ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', text);
}
