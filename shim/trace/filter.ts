// The calls and 9P messages that a trace prints, by their names.
import { TYPE } from '../../vfs/9p/codec.gen.ts';
import { invalid } from '../../vfs/lib/options.ts';
import { SIGNATURES } from '../preview1/abi/signatures.ts';
import { enumEntries } from '../preview1/abi/structs.ts';

/** The names of all calls, then those of all messages. */
export const NAMES: readonly string[] = [...Object.keys(SIGNATURES), ...enumEntries(TYPE).map(([name]) => name)];

/** Returns the names for which a pattern stands: a name, or the beginning of some and a `*`. None if it is neither. */
export function namesMatching(pattern: string): string[] {
  const start = pattern.endsWith('*') ? pattern.slice(0, -1) : null;
  return NAMES.filter((name) => (start === null ? name === pattern : name.startsWith(start)));
}

/** Decides which calls and messages of a trace are printed. */
export class Filter {
  private readonly calls = new Set<string>();
  private readonly types = new Set<number>();
  private readonly isAll: boolean;
  /** True if the reply to the request in progress is printed. */
  private reply = false;

  /**
   * @param only The patterns; absent for everything.
   * @throws TypeError (ERR_INVALID_ARG_VALUE) for a pattern without a name.
   */
  constructor(only?: readonly string[]) {
    this.isAll = only === undefined;
    for (const pattern of only ?? []) {
      const names = namesMatching(String(pattern));
      if (names.length === 0) {
        throw invalid(`"options.only" must be names of WASI calls and 9P messages, and ${String(pattern)} is neither`);
      }
      for (const name of names) {
        if (name in SIGNATURES) this.calls.add(name);
        else this.types.add(TYPE[name as keyof typeof TYPE]);
      }
    }
  }

  /** True if a call is printed, whatever its messages. */
  hasCall(name: string): boolean {
    return this.isAll || this.calls.has(name);
  }

  /** True if messages are named: then only they are printed, each below its call. */
  get namesMessages(): boolean {
    return this.types.size > 0;
  }

  /** True if messages of this type are named, or none is. */
  has(type: number): boolean {
    return this.isAll || this.types.has(type);
  }

  /** True if a message is printed. Called once for each, in their order. */
  hasMessage(type: number): boolean {
    if (!this.namesMessages) return true;
    const isNamed = this.types.has(type);
    const isRequest = type % 2 === 0;
    const isPrinted = isNamed || (!isRequest && this.reply);
    this.reply = isRequest && isNamed;
    return isPrinted;
  }
}
