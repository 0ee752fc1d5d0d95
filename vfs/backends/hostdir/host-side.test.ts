// The host side of a host directory: read-only exports, descriptors, times on disk, errors of the constructor.
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_ATIME, SETATTR_MTIME } from '../../9p/constants.ts';
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../linux/constants.ts';
import { errnoName } from '../../linux/errno.ts';
import { Kit } from '../../../testing/kit.ts';
import { everyWay, hostDir, hosted, scratch } from './testing.ts';
import { mknod, remove, setMode } from '../../client/rare-messages.ts';
import { NOT_LINUX } from '../../../build/test/skip.ts';

const each = everyWay();
const linux = everyWay(NOT_LINUX);

/** Returns a tree as text, to the byte and the nanosecond, without atimes, which reads move. */
function picture(dir: string): string {
  const lines: string[] = [];
  for (const entry of fs.readdirSync(dir, { recursive: true, encoding: 'utf8' }).concat('.').sort()) {
    const st = fs.lstatSync(`${dir}/${entry}`, { bigint: true });
    const data = st.isFile() ? fs.readFileSync(`${dir}/${entry}`, 'hex') : '';
    lines.push(`${entry} ${st.ino} ${st.mode} ${st.nlink} ${st.size} ${st.mtimeNs} ${st.ctimeNs} ${data}`);
  }
  return lines.join('\n');
}

each('read-only: every change is EROFS, and the host’s files are as they were', () => {
  let before = '';
  hosted(
    ({ kit, root }) => {
      before = picture(root);
      assert.is(kit.get('f'), 'data');
      assert.is(kit.get('d/g'), 'g');
      assert.equal(kit.list(''), ['d', 'e', 'f', 'l']);
      for (const flags of [O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC, O_WRONLY | O_TRUNC, O_RDWR | O_CREAT]) {
        assert.is(kit.openError('f', flags), 'EROFS');
      }
      assert.is(kit.openError('new', O_RDWR | O_CREAT), 'EROFS');
      assert.is(kit.mkdir('new'), 'EROFS');
      assert.is(kit.symlink('t', 'new'), 'EROFS');
      assert.is(kit.link('f', 'new'), 'EROFS');
      assert.is(errnoName(mknod(kit.client, kit.root, 'new', 0o100644, 0, 0)), 'EROFS');
      assert.is(kit.unlink('f'), 'EROFS');
      assert.is(kit.rmdir('e'), 'EROFS');
      for (const to of ['g', 'l', 'd/g']) assert.is(kit.rename('f', to), 'EROFS');
      for (const path of ['f', 'd', 'l']) {
        const fid = kit.walk(path);
        assert.is(errnoName(setMode(kit.client, fid, 1, 0o777)), 'EROFS');
        assert.is(errnoName(kit.client.setTimes(fid, 0x1b0, 1, 2, 3, 4)), 'EROFS');
        assert.is(errnoName(kit.client.setTimes(fid, 0x30, 0, 0, 0, 0)), 'EROFS');
        if (path === 'f') assert.is(kit.setSize(fid, 0), 'EROFS');
        kit.clunk(fid);
      }
      const doomed = kit.walk('f');
      assert.is(errnoName(remove(kit.client, doomed)), 'EROFS');
      assert.is(picture(root), before);
    },
    { readOnly: true },
    (root) => {
      fs.mkdirSync(`${root}/d`);
      fs.mkdirSync(`${root}/e`);
      fs.writeFileSync(`${root}/f`, 'data');
      fs.writeFileSync(`${root}/d/g`, 'g');
      fs.symlinkSync('f', `${root}/l`);
    },
  );
});

linux('read-only: a file that is read is not marked as read', () => {
  hosted(
    ({ kit, root }) => {
      const atime = () => fs.statSync(`${root}/f`, { bigint: true }).atimeNs;
      const before = atime();
      assert.is(kit.get('f'), 'data');
      assert.is(atime(), before);
    },
    { readOnly: true },
    (root) => {
      fs.writeFileSync(`${root}/f`, 'data');
      // Older than the last change: a read would move it wherever atimes are kept.
      fs.utimesSync(`${root}/f`, 1, 2);
    },
  );
});

linux('the export is the directory, whatever it is called by then', () => {
  hosted(({ kit, root, outside }) => {
    fs.writeFileSync(`${root}/f`, 'mine');
    fs.renameSync(root, `${outside}/moved`);
    fs.mkdirSync(root);
    fs.writeFileSync(`${root}/f`, 'impostor');
    assert.is(kit.get('f'), 'mine');
    kit.put('g', '');
    assert.ok(fs.existsSync(`${outside}/moved/g`));
  });
});

linux('now is the kernel’s: a file that is written before or after a touch is not on its wrong side', () => {
  hosted(({ kit, root }) => {
    const mtime = (path: string) => fs.statSync(`${root}/${path}`, { bigint: true }).mtimeNs;
    kit.put('touched', '');
    for (let i = 0; i < 200; i++) {
      kit.put('before', 'x');
      const fid = kit.walk('touched');
      assert.is(errnoName(kit.client.setTimes(fid, SETATTR_ATIME | SETATTR_MTIME, 0, 0, 0, 0)), 'ok');
      kit.clunk(fid);
      kit.put('after', 'x');
      // The host has the closest time that utimes of node:fs can set: 1 µs in Node 20.
      assert.ok(mtime('before') <= mtime('touched') + 1000n, `before: round ${i}`);
      assert.ok(mtime('touched') <= mtime('after') + 1000n, `after: round ${i}`);
    }
  });
});

each('a path that is not a directory', () => {
  const { root, remove } = scratch();
  fs.writeFileSync(`${root}/f`, '');
  const codeOf = (path: string): unknown => {
    try {
      hostDir(path).close();
      return 'none';
    } catch (thrown) {
      return (thrown as { code?: unknown }).code;
    }
  };
  assert.is(codeOf(`${root}/none`), 'ENOENT');
  assert.is(codeOf(`${root}/f`), 'ENOTDIR');
  assert.is(codeOf(root), 'none');
  remove();
});

each('without node:fs an error says so', () => {
  const own = process.getBuiltinModule;
  process.getBuiltinModule = (() => undefined) as typeof own;
  try {
    assert.throws(() => hostDir('/'), /needs node:fs, as of Node .*, Deno or Bun/);
  } finally {
    process.getBuiltinModule = own;
  }
});

each('times on the disk are as near as node:fs can set them, and those of a µs are', () => {
  hosted(({ kit, root }) => {
    kit.put('f', '');
    const fid = kit.walk('f');
    for (const nsec of [123_456_789, 1, 999_999_999, 123_456_000, 500_000_000, 0, 7000]) {
      assert.is(errnoName(kit.client.setTimes(fid, 0x1b0, 1_700_000_000, nsec, 1_600_000_000, nsec)), 'ok');
      const st = fs.statSync(`${root}/f`, { bigint: true });
      for (const [got, sec] of [
        [st.atimeNs, 1_700_000_000n],
        [st.mtimeNs, 1_600_000_000n],
      ] as const) {
        const gap = Math.abs(Number(got - (sec * 1_000_000_000n + BigInt(nsec))));
        assert.ok(gap <= (nsec % 1000 === 0 ? 240 : 500), `${nsec}: ${gap} ns off`);
      }
    }
    kit.clunk(fid);
  });
});

each('a time that the host sets afterwards is shown', () => {
  hosted(({ kit, root }) => {
    kit.put('f', '');
    const fid = kit.walk('f');
    kit.client.setTimes(fid, 0x1b0, 100, 123_456_789, 200, 123_456_789);
    fs.utimesSync(`${root}/f`, 300, 400);
    assert.equal([kit.fstat(fid).atime, kit.fstat(fid).mtime], ['300.000000000', '400.000000000']);
    kit.clunk(fid);
  });
});

linux('a created and closed file can be executed by the host, also while it has a fid', () => {
  hosted(({ kit, root }) => {
    const fid = kit.clone(kit.root);
    assert.is(errnoName(kit.client.lcreate(fid, 'run', O_WRONLY, 0o755)), 'ok');
    fs.copyFileSync('/bin/true', `${root}/copy`);
    kit.write(fid, 0, '#!/bin/sh\nexit 0\n');
    const walked = kit.walk('run');
    kit.clunk(fid);
    fs.renameSync(`${root}/copy`, `${root}/binary`);
    execFileSync(`${root}/run`);
    // The same for an executable, where a descriptor for writing means ETXTBSY.
    const data = fs.readFileSync('/bin/true');
    const maker = kit.clone(kit.root);
    assert.is(errnoName(kit.client.lcreate(maker, 'program', O_WRONLY, 0o755)), 'ok');
    const holder = kit.walk('program');
    const out = fs.openSync(`${root}/program`, 'r+');
    fs.writeSync(out, data);
    fs.closeSync(out);
    kit.clunk(maker);
    execFileSync(`${root}/program`);
    kit.clunk(walked, holder);
  });
});

linux('descriptors: one for each inode in use, and none for long after', async () => {
  const { root, remove } = scratch();
  const backend = hostDir(root);
  const kit = new Kit({ backend, dispose: () => {} });
  const count = (): number => fs.readdirSync('/proc/self/fd').length;
  const before = count();
  for (let i = 0; i < 1000; i++) kit.put(`f${i}`, 'x');
  for (let i = 0; i < 1000; i++) kit.stat(`f${i}`);
  assert.ok(count() - before <= 260, `${count() - before} descriptors for unused files`);
  const fids = Array.from({ length: 500 }, (_, i) => kit.walk(`f${i}`));
  const clones = fids.map((fid) => kit.clone(fid));
  assert.ok(count() - before <= 760);
  kit.clunk(...fids, ...clones);
  await sleep(2500);
  assert.is(count(), before);
  assert.is(backend.descriptors, 1);
  kit.end();
  backend.close();
  assert.is(count(), before - 1);
  remove();
});

linux('too many open files is EMFILE, and passes', () => {
  const { root, remove } = scratch();
  for (let i = 0; i < 300; i++) fs.writeFileSync(`${root}/f${i}`, `${i}`);
  const child = spawnSync('sh', ['-c', 'ulimit -n 120 && exec "$0" "$1"', process.execPath, process.argv[1]!], {
    env: { ...process.env, WASI9P_FEW_DESCRIPTORS: root },
    encoding: 'utf8',
  });
  assert.is(child.stderr, '');
  const { opened, errors, sequential, again, made } = JSON.parse(child.stdout) as Record<string, unknown>;
  assert.ok(Number(opened) > 20 && Number(opened) < 120, String(opened));
  assert.equal(errors, ['EMFILE']);
  assert.is(sequential, 300);
  assert.equal([again, made], ['5', 'new']);
  remove();
});

/** The child process of the test before, with a limit of 120 descriptors. */
function withFewDescriptors(root: string): void {
  const kit = new Kit({ backend: hostDir(root), dispose: () => {} });
  // One by one none stays open, although more are kept for later than the limit allows.
  let sequential = 0;
  for (let i = 0; i < 300; i++) if (kit.get(`f${i}`) === `${i}`) sequential++;
  const fids: number[] = [];
  const errors = new Set<string>();
  for (let i = 0; i < 300; i++) {
    const fid = kit.openFid(`f${i}`, O_RDWR);
    if (fid > 0) fids.push(fid);
    else errors.add(errnoName(-fid));
  }
  const opened = fids.length;
  kit.clunk(...fids);
  // Files that are only seen stay held for a moment: new files get their descriptors.
  for (let i = 0; i < 300; i++) kit.stat(`f${i}`);
  kit.put('made', 'new');
  const [again, made] = [kit.get('f5'), kit.get('made')];
  console.log(JSON.stringify({ opened, errors: [...errors], sequential, again, made }));
}

linux('files of other file systems have numbers of their own, the same in listings', () => {
  const backend = hostDir('/', { readOnly: true });
  const kit = new Kit({ backend, dispose: () => {} });
  const fid = kit.clone(kit.root);
  assert.is(kit.lopen(fid), 'ok');
  const proc = kit.listFid(fid).find((entry) => entry.name === 'proc')!;
  kit.clunk(fid);
  assert.is(kit.stat('proc').ino, proc.ino);
  assert.ok(proc.ino >= 2 ** 52 && Number.isSafeInteger(proc.ino));
  assert.is(kit.fstat(kit.root).ino, fs.statSync('/').ino);
  kit.end();
  backend.close();
});

if (process.env['WASI9P_FEW_DESCRIPTORS'] === undefined) test.run();
else withFewDescriptors(process.env['WASI9P_FEW_DESCRIPTORS']);
