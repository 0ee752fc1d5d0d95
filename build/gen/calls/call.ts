// A row of the table of public functions, and the meanings that rows share.
import type { Rows } from '../../../vfs/lib/options.ts';

/** The meaning of an option or an argument. */
export interface Meaning {
  readonly text: string;
  /** The default; absent for a required one. */
  readonly byDefault?: string;
  /** Replaces the row's type, if the function checks more than that. */
  readonly type?: string;
}

/** A function, or a class that is constructed. */
export interface Call {
  /** The signature. */
  readonly call: string;
  /** The modules that export it. */
  readonly from: readonly string[];
  readonly about: string;
  /** The arguments besides `options`. */
  readonly args?: Readonly<Record<string, Meaning>>;
  readonly rows?: Rows;
  /** The meaning of each row. */
  readonly options?: Readonly<Record<string, Meaning>>;
}

export const SOURCE: Meaning = {
  text: 'The tree to attach to. A path is opened for this, and closed with it.',
  type: 'Source',
};
