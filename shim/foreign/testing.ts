// Guests with Fds of browser_wasi_shim as preopens. For tests only.
import { Directory, File, PreopenDirectory, type Inode } from '@bjorn3/browser_wasi_shim';
import { test } from 'uvu';
import { OFLAGS } from '../preview1/abi/structs.ts';
import { READ_WRITE, ROOT, TestGuest, utf8, type GuestOptions } from '../testing.ts';

/** Where an Fd of browser_wasi_shim is a preopen, beside ours at ROOT. */
export const THERE = ROOT + 1;
export const CREATE = { dir: THERE, oflags: OFLAGS.CREAT, rights: READ_WRITE };

/** Runs a guest; when it is over nothing may be left on its server. */
export function run(options: GuestOptions, body: (g: TestGuest) => void): void {
  const guest = new TestGuest(options);
  body(guest);
  guest.end();
}

/** A test with a guest that has ours as `/` and a PreopenDirectory as `/there`, whose inodes are given by name. */
export function withTree(name: string, body: (g: TestGuest, inodes: Map<string, Inode>) => void): void {
  test(name, () => {
    const inodes = new Map<string, Inode>([
      ['a', new File(utf8('hello'))],
      ['fixed', new File(utf8('fixed'), { readonly: true })],
      ['dir', new Directory([['in', new File(utf8('in'))]])],
    ]);
    const preopens: GuestOptions['preopens'] = (server) => ({
      '/': server,
      '/there': new PreopenDirectory('x', inodes),
    });
    run({ files: { '/ours': 'ours' }, preopens }, (g) => body(g, inodes));
  });
}

/** What a file holds. */
export function textOf(inode: Inode | undefined): string {
  return new TextDecoder().decode((inode as File).data);
}
