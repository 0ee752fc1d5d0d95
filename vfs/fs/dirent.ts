import { Kind } from './stats.ts';

/** An entry of a directory, as node:fs has it. */
export class Dirent extends Kind {
  readonly name: string;
  /** The path of the directory, as it was asked for. */
  readonly parentPath: string;
  /** The same under its old name. */
  readonly path: string;
  readonly #kind: number;

  /** @param kind S_IFMT bits. */
  constructor(name: string, parentPath: string, kind: number) {
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
