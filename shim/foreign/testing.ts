// Guests with Fds of browser_wasi_shim as preopens. For tests only.
import { Directory, File, PreopenDirectory, type Inode } from '@bjorn3/browser_wasi_shim';
import { test } from 'uvu';
import { OFLAGS } from '../preview1/abi/structs.ts';
import { READ_WRITE, ROOT, TestGuest, utf8, type GuestOptions } from '../../testing/test-guest.ts';

/** The preopen that is an Fd of browser_wasi_shim; ROOT is on a 9P server. */
export const THERE = ROOT + 1;
export const CREATE = { dir: THERE, oflags: OFLAGS.CREAT, rights: READ_WRITE };

/** Runs a guest and asserts that its server is at rest afterwards. */
export function run(options: GuestOptions, body: (g: TestGuest) => void): void {
  const guest = new TestGuest(options);
  body(guest);
  guest.end();
}

/** A test with a guest that has a server at `/` and a PreopenDirectory at `/there`; `inodes` are its entries. */
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

/** The contents of a File. */
export function textOf(inode: Inode | undefined): string {
  return new TextDecoder().decode((inode as File).data);
}
