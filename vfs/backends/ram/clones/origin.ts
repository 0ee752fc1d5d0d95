// The place of an inode in the entries that a clone shares.
import type { FileData } from '../data.ts';
import type { NameTable } from '../name-table.ts';

/** An entry of layers that never change. Its inode may be replaced by a preserved one of the same state. */
export class Origin {
  private readonly names: NameTable;
  private readonly name: string;

  constructor(names: NameTable, name: string) {
    this.names = names;
    this.name = name;
  }

  /** The data of the file. */
  get data(): FileData {
    return this.names.find(this.name)!.data;
  }
}
