// Tests a read-only host directory beside a writable volume: cases 19 and 20 of the attacks.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { hostDir, type HostDirBackend } from '../../../vfs/backends/hostdir/index.ts';
import { OFLAGS } from '../abi/structs.ts';
import { OUT, READ_WRITE, ROOT, WRITE } from '../../../testing/test-guest.ts';
import { withGuest } from '../../../testing/uvu.ts';

const HOST = mkdtempSync(join(tmpdir(), 'wasi9p-ro-'));
mkdirSync(join(HOST, 'd'));
writeFileSync(join(HOST, 'f'), 'kept');
symlinkSync('f', join(HOST, 'l'));
process.once('exit', () => rmSync(HOST, { recursive: true }));

const RO = ROOT;
const RW = ROOT + 1;

const opened: HostDirBackend[] = [];
test.after.each(() => {
  for (const backend of opened.splice(0)) backend.close();
});

function readOnlyHost(): HostDirBackend {
  opened.push(hostDir(HOST, { readOnly: true }));
  return opened.at(-1)!;
}

const OPTIONS = {
  preopens: (server: Parameters<NonNullable<Parameters<typeof withGuest>[1]['preopens']>>[0]) => ({
    '/ro': readOnlyHost(),
    '/rw': server,
  }),
  files: { '/g': 'free' },
};

/** Returns the visible state of the tree that a change would alter. */
function look(): unknown {
  const { mtimeNs, ctimeNs, nlink } = statSync(join(HOST, 'f'), { bigint: true });
  return { names: readdirSync(HOST), text: readFileSync(join(HOST, 'f'), 'utf8'), mtimeNs, ctimeNs, nlink };
}

withGuest('20: every change of a read-only directory is ROFS, O_TRUNC and times included', OPTIONS, (g) => {
  const before = look();
  const changes: Record<string, () => string> = {
    truncate: () => g.tryOpen('f', { dir: RO, oflags: OFLAGS.TRUNC }),
    truncateToWrite: () => g.tryOpen('f', { dir: RO, oflags: OFLAGS.TRUNC, rights: WRITE }),
    write: () => g.tryOpen('f', { dir: RO, rights: WRITE }),
    readWrite: () => g.tryOpen('f', { dir: RO, rights: READ_WRITE }),
    create: () => g.tryOpen('new', { dir: RO, oflags: OFLAGS.CREAT, rights: WRITE }),
    exclusive: () => g.tryOpen('new', { dir: RO, oflags: OFLAGS.CREAT | OFLAGS.EXCL, rights: WRITE }),
    mkdir: () => g.call('path_create_directory', RO, 'new'),
    rmdir: () => g.call('path_remove_directory', RO, 'd'),
    unlink: () => g.call('path_unlink_file', RO, 'f'),
    rename: () => g.call('path_rename', RO, 'f', RO, 'new'),
    link: () => g.call('path_link', RO, 0, 'f', RO, 'new'),
    symlink: () => g.call('path_symlink', 'f', RO, 'new'),
    times: () => g.call('path_filestat_set_times', RO, 1, 'f', 1, 1, 5),
    timesThroughLink: () => g.call('path_filestat_set_times', RO, 1, 'l', 0, 0, 10),
  };
  for (const [name, change] of Object.entries(changes)) assert.is(change(), 'EROFS', name);
  const fd = g.open('f', { dir: RO });
  assert.is(g.call('fd_filestat_set_times', fd, 1, 1, 5), 'EROFS');
  assert.equal(look(), before);
});

withGuest('19: no name moves out of it or into it', OPTIONS, (g) => {
  const before = look();
  assert.is(g.call('path_rename', RO, 'f', RW, 'f'), 'EXDEV');
  assert.is(g.call('path_link', RO, 0, 'f', RW, 'f'), 'EXDEV');
  assert.is(g.call('path_rename', RW, 'g', RO, 'g'), 'EXDEV');
  assert.is(g.call('path_link', RW, 0, 'g', RO, 'g'), 'EXDEV');
  assert.is(g.call('path_filestat_get', RW, 0, 'f', OUT), 'ENOENT');
  assert.equal(look(), before);
});

test.run();
