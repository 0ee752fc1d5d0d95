// Child process of the benchmark: the calls of the workloads by node:fs with plain paths, which confine nothing, and
// without a guest.
import * as fs from 'node:fs';
import { BLOCK, DEEP, runBare } from './lib/bare.ts';

runBare(({ top, fd }) => {
  let isMoved = false;
  const make = (name: string): void => {
    const made = fs.openSync(`${top}/${name}`, 'w');
    fs.writeSync(made, BLOCK, 0, 100, 0);
    fs.closeSync(made);
  };
  return {
    fstat: () => void fs.fstatSync(fd),
    pread1: () => void fs.readSync(fd, BLOCK, 0, 1, 0),
    pwrite1: () => void fs.writeSync(fd, BLOCK, 0, 1, 0),
    stat1: () => void fs.statSync(`${top}/file`),
    stat8: () => void fs.statSync(`${top}/${DEEP}/file`),
    statabsent: () => void fs.statSync(`${top}/absent`, { throwIfNoEntry: false }),
    openclose: () => fs.closeSync(fs.openSync(`${top}/file`, 'r')),
    createunlink() {
      make('new');
      fs.unlinkSync(`${top}/new`);
    },
    mkdirrmdir() {
      fs.mkdirSync(`${top}/dir`);
      fs.rmdirSync(`${top}/dir`);
    },
    rename() {
      fs.renameSync(`${top}/${isMoved ? 'other' : 'file'}`, `${top}/${isMoved ? 'file' : 'other'}`);
      isMoved = !isMoved;
    },
    renameover() {
      make('new');
      fs.renameSync(`${top}/new`, `${top}/file`);
    },
    link() {
      fs.linkSync(`${top}/file`, `${top}/other`);
      fs.unlinkSync(`${top}/other`);
    },
    symlink() {
      fs.symlinkSync('file', `${top}/link`);
      fs.readlinkSync(`${top}/link`);
      fs.unlinkSync(`${top}/link`);
    },
  };
});
