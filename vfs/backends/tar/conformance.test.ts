// The read-only conformance suite on tar archives.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readOnlyConformance, type MakeReadOnly } from '../../../testing/conformance/read-only.ts';
import { hostDir } from '../hostdir/index.ts';
import { ram } from '../ram/index.ts';
import { packTar } from '../../archive/index.ts';
import { tar } from './index.ts';
import { hasTar, inScratch, systemTar } from './testing.ts';
import { skip } from '../../../build/test/skip.ts';
import { byUvu } from '../../../testing/uvu.ts';
import { test } from 'uvu';

readOnlyConformance(
  'tar',
  (fill) => {
    const store = ram();
    fill(store);
    return tar(packTar(store));
  },
  byUvu(),
);

/** Packed by the system tar, from a host directory. */
function theirs(...options: string[]): MakeReadOnly {
  let archive: Uint8Array | null = null;
  return (fill) => {
    if (archive === null)
      inScratch((dir) => {
        const host = hostDir(dir);
        fill(host);
        host.close();
        // Without koffi the store makes none.
        if (!existsSync(`${dir}/fifo`)) execFileSync('mkfifo', ['-m', '600', `${dir}/fifo`]);
        archive = systemTar(dir, '-c', ...options, '.');
      });
    return tar(archive!);
  };
}

const LACKS = { 'extended attributes are returned to the byte': 'the packed directory has none' };
const COARSE = { ...LACKS, 'kinds, sizes and times': 'the GNU format has whole seconds' };

if (hasTar) {
  readOnlyConformance('tar of GNU tar', theirs('--format=posix'), byUvu(LACKS));
  readOnlyConformance('tar.gz of GNU tar', theirs('--format=posix', '-z'), byUvu(LACKS));
  readOnlyConformance('tar of GNU tar, its own format', theirs('--format=gnu'), byUvu(COARSE));
} else skip('archives of GNU tar', 'GNU tar is not installed');

test.run();
