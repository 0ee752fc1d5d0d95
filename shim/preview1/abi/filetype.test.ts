// The WASI filetypes of modes, and back.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK } from '../../../vfs/linux/constants.ts';
import { filetypeOf, kindOfFiletype } from './filetype.ts';
import { FILETYPE, enumEntries } from './structs.ts';

test('each kind of Linux has its filetype, whatever the permission bits; a fifo has none', () => {
  const rows: [number, number][] = [
    [S_IFBLK, FILETYPE.BLOCK_DEVICE],
    [S_IFCHR, FILETYPE.CHARACTER_DEVICE],
    [S_IFDIR, FILETYPE.DIRECTORY],
    [S_IFREG, FILETYPE.REGULAR_FILE],
    [S_IFSOCK, FILETYPE.SOCKET_STREAM],
    [S_IFLNK, FILETYPE.SYMBOLIC_LINK],
    [S_IFIFO, FILETYPE.UNKNOWN],
    [0, FILETYPE.UNKNOWN],
  ];
  for (const [kind, filetype] of rows) {
    assert.is(filetypeOf(kind), filetype);
    assert.is(filetypeOf(kind | 0o7777), filetype);
  }
});

test('each filetype comes back from its kind; an unknown number is UNKNOWN', () => {
  for (const [name, filetype] of enumEntries(FILETYPE)) assert.is(filetypeOf(kindOfFiletype(filetype)), filetype, name);
  for (const odd of [-1, 8, 255]) assert.is(kindOfFiletype(odd), 0);
});

test.run();
