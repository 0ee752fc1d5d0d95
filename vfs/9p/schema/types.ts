// TypeScript types of the messages, derived from the rows of the message table.
import type { KINDS, MESSAGES, Name } from './messages.ts';

/** A decoded qid. Its path has all 64 bits. */
export interface Qid {
  type: number;
  version: number;
  path: bigint;
}

/**
 * The fields of a message, read from its row: `Fields<'Tlopen'>` is `{ fid: number; flags: number }`. Strings are
 * strings, qids are Qid, opaque u64s bigints, a payload is `data: Uint8Array`, a list is an array. A field that only
 * counts what follows is not there.
 */
export type Fields<N extends Name> = Flat<Omit<RowFields<RowOf<N>>, RowCounters<RowOf<N>>>>;

type RowOf<N extends Name> = (typeof MESSAGES)[N][1];

type RowFields<R extends string> = R extends `${infer I} ${infer Rest}`
  ? ItemFields<I> & RowFields<Rest>
  : ItemFields<R>;

type ItemFields<I extends string> = I extends `${string}*(${infer F}[${infer W}])`
  ? { [K in F]: Value<F, W>[] }
  : I extends 'data[count]'
    ? { data: Uint8Array }
    : I extends `${infer F}[${infer W}]`
      ? { [K in F]: Value<F, W> }
      : object;

type Value<F extends string, W extends string> = W extends 's'
  ? string
  : W extends '13'
    ? Qid
    : F extends Opaque
      ? bigint
      : number;

type Opaque = { [K in keyof typeof KINDS]: (typeof KINDS)[K] extends 'opaque' ? K : never }[keyof typeof KINDS];

type RowCounters<R extends string> = R extends `${infer I} ${infer Rest}`
  ? ItemCounter<I> | RowCounters<Rest>
  : ItemCounter<R>;

type ItemCounter<I extends string> = I extends `${infer C}*(${string}` ? C : I extends `data[${infer C}]` ? C : never;

type Flat<T> = { [K in keyof T]: T[K] };
