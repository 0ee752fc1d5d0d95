// Directories whose changes the kernel reports: a path is validated by one call, and every change of it shows at once.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../../../build/test/skip.ts';
import { GETATTR_ALL } from '../../../../9p/constants.ts';
import { FileStatus } from '../../../../client/attributes.ts';
import { errnoName } from '../../../../linux/errno.ts';
import { Kit } from '../../../../../testing/kit.ts';
import { libc, type Libc } from '../../libc/libc.ts';
import { inMemory, reasonAgainst, scratch, throughLibc } from '../../testing.ts';
import { WATCHES } from './watches.ts';

const linux = unless(NOT_LINUX || reasonAgainst('openat'));
const DEEP = 'a/b/c/d';
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

const status = new FileStatus();

/** The answer of stat(2). */
function statError(kit: Kit, path: string): string {
  return errnoName(kit.mount.at.statat(kit.root, path, true, GETATTR_ALL, status));
}

interface Watched {
  kit: Kit;
  root: string;
  /** The calls since the last time. */
  calls(): string[];
}

/** Runs a test on a tree whose directories are watched, with a libc whose calls `other` replaces. */
async function watched(run: (host: Watched) => void | Promise<void>, other: Partial<Libc> = {}): Promise<void> {
  const { root, outside, remove } = scratch(inMemory);
  fs.mkdirSync(`${root}/${DEEP}`, { recursive: true });
  fs.writeFileSync(`${root}/${DEEP}/file`, 'inside');
  fs.mkdirSync(`${outside}/d`);
  fs.writeFileSync(`${outside}/d/file`, 'the secret');
  let log: string[] = [];
  const own = { ...(libc() as Libc), ...other };
  const counting = Object.fromEntries(
    Object.entries(own).map(([name, call]) => [
      name,
      (...args: never[]) => {
        if (name !== 'errno' && name !== 'address') log.push(name);
        return (call as (...args: never[]) => number)(...args);
      },
    ]),
  ) as unknown as Libc;
  const before = fs.readdirSync('/proc/self/fd').length;
  const backend = throughLibc(counting, 'openat', root);
  const kit = new Kit({ backend, dispose: () => {} });
  await settle();
  for (let i = 0; i < 40; i++) kit.stat(`${DEEP}/file`);
  const calls = (): string[] => {
    const made = log;
    log = [];
    return made;
  };
  calls();
  await run({ kit, root, calls });
  kit.end();
  backend.trim();
  assert.is(fs.readdirSync('/proc/self/fd').length, before + 1, 'the news have no descriptor after a trim');
  backend.close();
  assert.is(fs.readdirSync('/proc/self/fd').length, before);
  remove();
}

linux('a path is validated by one call, however deep it is', () =>
  watched(({ kit, calls }) => {
    kit.stat(`${DEEP}/file`);
    assert.equal(calls(), ['read', 'statx']);
    assert.is(statError(kit, `${DEEP}/none`), 'ENOENT');
    calls();
    assert.is(statError(kit, `${DEEP}/none`), 'ENOENT');
    // One of each walk: Rwalk has no errno, so that the client asks again.
    assert.equal([...new Set(calls())], ['read']);
  }),
);

const CHANGES: Readonly<Record<string, [change: (root: string, outside: string) => void, answer: string]>> = {
  'a file is removed': [(root) => fs.unlinkSync(`${root}/${DEEP}/file`), 'ENOENT'],
  'a file is replaced': [
    (root) => {
      fs.writeFileSync(`${root}/new`, 'replaced by another');
      fs.renameSync(`${root}/new`, `${root}/${DEEP}/file`);
    },
    'size 19',
  ],
  'a directory is renamed': [(root) => fs.renameSync(`${root}/a/b`, `${root}/a/x`), 'ENOENT'],
  'a directory is moved away, and another has its name': [
    (root, outside) => {
      fs.renameSync(`${root}/a/b/c`, `${outside}/c`);
      fs.mkdirSync(`${root}/a/b/c/d`, { recursive: true });
      fs.writeFileSync(`${root}/a/b/c/d/file`, '');
    },
    'size 0',
  ],
  'a directory is swapped for a symlink that leads outside': [
    (root, outside) => {
      fs.renameSync(`${root}/${DEEP}`, `${root}/aside`);
      fs.symlinkSync(`${outside}/d`, `${root}/${DEEP}`);
    },
    'OUTSIDE',
  ],
  'and for one that stays inside': [
    (root) => {
      fs.renameSync(`${root}/${DEEP}`, `${root}/aside`);
      fs.symlinkSync('../../../aside', `${root}/${DEEP}`);
    },
    'size 6',
  ],
};

for (const [name, [change, expected]] of Object.entries(CHANGES)) {
  linux(`a change shows at once: ${name}`, () =>
    watched(({ kit, root }) => {
      change(root, `${root}/../outside`);
      const errno = statError(kit, `${DEEP}/file`);
      assert.is(errno === 'ok' ? `size ${status.attributes.size}` : errno, expected);
    }),
  );
}

/** The ways in which a path comes to its first watched directory, with the names before it. */
const BEGINNINGS: Readonly<Record<string, (kit: Kit) => string[]>> = {
  'from a directory that is not watched any more': (kit) => (kit.put('another', ''), []),
  'from `.`': () => ['.'],
  'from `..`': () => ['..'],
  'from `..` of a directory': () => ['a', '..'],
};

for (const [way, begin] of Object.entries(BEGINNINGS)) {
  linux(`a change shows at once to a walk ${way}`, () =>
    watched(async ({ kit, root }) => {
      const walk = (...names: string[]): string => {
        const fid = kit.client.walk(kit.root, names, 0, names.length);
        if (fid > 0) kit.clunk(fid);
        return fid > 0 ? 'ok' : errnoName(-fid);
      };
      const path = [...begin(kit), ...`${DEEP}/file`.split('/')];
      assert.is(walk(...path), 'ok');
      fs.unlinkSync(`${root}/${DEEP}/file`);
      assert.is(walk(...path), 'ENOENT');
      fs.writeFileSync(`${root}/${DEEP}/file`, '');
      assert.is(walk(...path), 'ok');
      fs.renameSync(`${root}/a/b`, `${root}/a/x`);
      assert.is(walk(...path), 'ENOENT');
    }),
  );
}

linux('our own changes show at once, and a directory may be watched again', () =>
  watched(async ({ kit, calls }) => {
    for (let round = 0; round < 3; round++) {
      assert.is(kit.rename(`${DEEP}/file`, `${DEEP}/other`), 'ok');
      assert.is(statError(kit, `${DEEP}/file`), 'ENOENT');
      assert.is(kit.rename(`${DEEP}/other`, `${DEEP}/file`), 'ok');
      assert.is(statError(kit, `${DEEP}/file`), 'ok');
      await settle();
      for (let i = 0; i < 40; i++) kit.stat(`${DEEP}/file`);
      calls();
      kit.stat(`${DEEP}/file`);
      assert.equal(calls(), ['read', 'statx']);
    }
  }),
);

linux('more changes than the kernel keeps: what was cached is dropped', () => {
  // IN_Q_OVERFLOW, as an event without a watch.
  let overflows = false;
  const own = libc() as Libc;
  const read = (fd: number, out: Uint8Array, size: number): number => {
    if (!overflows) return own.read(fd, out, size);
    overflows = false;
    while (own.read(fd, out, size) > 0);
    new Int32Array(out.buffer, 0, 4).set([-1, 0x4000, 0, 0]);
    return 16;
  };
  return watched(
    ({ kit, root }) => {
      fs.renameSync(`${root}/a/b`, `${root}/a/x`);
      overflows = true;
      assert.is(statError(kit, `${DEEP}/file`), 'ENOENT');
      assert.not.ok(overflows);
    },
    { read },
  );
});

linux('a limited number of directories is watched', () =>
  watched(async ({ kit, root, calls }) => {
    for (let i = 0; i < WATCHES + 20; i++) fs.mkdirSync(`${root}/w/${i}`, { recursive: true });
    await settle();
    for (let i = 0; i < WATCHES + 20; i++) {
      for (let k = 0; k < 20; k++) statError(kit, `w/${i}/none`);
    }
    const made = calls();
    const count = (name: string): number => made.filter((call) => call === name).length;
    assert.ok(count('inotify_add_watch') >= WATCHES);
    assert.ok(count('inotify_add_watch') - count('inotify_rm_watch') <= WATCHES + 5);
  }),
);

for (const name of ['inotify_init1', 'inotify_add_watch'] as const) {
  linux(`without ${name} each directory is looked at`, () =>
    watched(
      ({ kit, root, calls }) => {
        kit.stat(`${DEEP}/file`);
        assert.equal(calls(), ['statx', 'statx', 'statx', 'statx', 'statx', 'statx']);
        fs.unlinkSync(`${root}/${DEEP}/file`);
        assert.is(statError(kit, `${DEEP}/file`), 'ENOENT');
      },
      { [name]: () => -1 },
    ),
  );
}

test.run();
