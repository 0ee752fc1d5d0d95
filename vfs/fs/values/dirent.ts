// Dirent of node:fs.
import { TypePredicates } from './stats.ts';

/** An entry of a directory, as node:fs has it. */
export class Dirent<Name extends string | Uint8Array = string> extends TypePredicates {
  readonly name: Name;
  /** The path of the directory, as it was asked for. */
  readonly parentPath: string;
  /** The old name of `parentPath`. */
  readonly path: string;
  readonly #kind: number;

  /** @param kind S_IFMT bits. */
  constructor(name: Name, parentPath: string, kind: number) {
    super();
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
    this.#kind = kind;
  }

  protected override kindBits(): number {
    return this.#kind;
  }
}
