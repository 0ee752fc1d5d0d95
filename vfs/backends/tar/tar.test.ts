// The read-only conformance suite on tar archives.
import { execFileSync } from 'node:child_process';
import { readOnlyConformance, type MakeReadOnly } from '../../conformance/readonly.ts';
import { hostDir } from '../hostdir/index.ts';
import { ram } from '../ram/index.ts';
import { packTar } from '../../archive/index.ts';
import { tar } from './index.ts';
import { hasTar, inScratch, systemTar } from './testing.ts';

readOnlyConformance('tar', (fill) => {
  const store = ram();
  fill(store);
  return { backend: tar(packTar(store)), dispose: () => {} };
});

/** Packed by the system tar, from a host directory. */
function theirs(...options: string[]): MakeReadOnly {
  let archive: Uint8Array | null = null;
  return (fill) => {
    if (archive === null)
      inScratch((dir) => {
        const host = hostDir(dir);
        fill(host);
        host.close();
        // node:fs has no call for it.
        execFileSync('mkfifo', ['-m', '600', `${dir}/fifo`]);
        archive = systemTar(dir, '-c', ...options, '.');
      });
    return { backend: tar(archive!), dispose: () => {} };
  };
}

const LACKS = { 'extended attributes are told, to the byte': 'the packed directory has none' };
const COARSE = { ...LACKS, 'kinds, permissions, sizes and times': 'the GNU format has whole seconds' };

if (hasTar) {
  readOnlyConformance('tar of GNU tar', theirs('--format=posix'), LACKS);
  readOnlyConformance('tar.gz of GNU tar', theirs('--format=posix', '-z'), LACKS);
  readOnlyConformance('tar of GNU tar, its own format', theirs('--format=gnu'), COARSE);
} else console.log('tar: skipped archives of GNU tar: it is not here');
