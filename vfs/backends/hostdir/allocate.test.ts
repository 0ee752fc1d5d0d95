// posix_fallocate(3) on a host directory: space on the disk, before the write; through libc, and as far as node:fs can.
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';
import { OpenFile } from '../../client/open-file.ts';
import { Iov } from '../../lib/iov.ts';
import { O_RDONLY, O_RDWR } from '../../linux/constants.ts';
import { E, errnoName } from '../../linux/errno.ts';
import { Kit } from '../../../testing/kit.ts';
import { overlay } from '../overlay/index.ts';
import { ram } from '../ram/index.ts';
import type { DescriptorWay } from './calls/choose.ts';
import { everyWay, hostDir, hosted, inMemory, reasonAgainst, scratch } from './testing.ts';

const MiB = 1 << 20;
const SMALL = 'WASI9P_SMALL';
const each = everyWay(NOT_LINUX);
const canMount = NOT_LINUX === '' && spawnSync('unshare', ['-rm', 'true']).status === 0;

function openFile(kit: Kit, name: string, flags = O_RDWR): OpenFile {
  const fid = kit.walk(name);
  assert.is(kit.client.lopen(fid, flags), 0);
  return new OpenFile(kit.mount.at, fid, flags);
}

function bytesOnDisk(path: string): number {
  return fs.statSync(path).blocks * 512;
}

each('space is allocated, also in a hole; the file is extended and never made shorter', () => {
  hosted(({ kit, root, backend }) => {
    const provides = backend.way === 'proc' ? 0 : MiB;
    kit.put('f', 'data');
    const file = openFile(kit, 'f');
    assert.is(file.allocate(0, MiB), 0);
    assert.is(fs.statSync(`${root}/f`).size, MiB);
    assert.ok(bytesOnDisk(`${root}/f`) >= provides);
    assert.is(file.allocate(1, 1), 0);
    assert.is(fs.statSync(`${root}/f`).size, MiB);
    assert.is(file.setSize(4 * MiB), 0);
    assert.is(file.allocate(2 * MiB, MiB), 0);
    assert.is(fs.statSync(`${root}/f`).size, 4 * MiB);
    assert.ok(bytesOnDisk(`${root}/f`) >= 2 * provides);
    assert.ok(bytesOnDisk(`${root}/f`) < 3 * MiB, 'no more than was asked for');
    assert.is(fs.readFileSync(`${root}/f`, 'latin1').slice(0, 5), 'data\0');
    // On a file system of the kernel a file ends somewhere.
    if (provides > 0) assert.is(errnoName(file.allocate(2 ** 53 - 10, 5)), 'EFBIG');
    file.close();
    const reader = openFile(kit, 'f', O_RDONLY);
    assert.is(reader.allocate(0, 1), E.EBADF);
    reader.close();
    assert.is(kit.client.transport.peer!.allocate!(reader.fid, 0, 1), E.EBADF);
  });
});

each('an overlay on a host directory allocates in its upper layer', () => {
  const { root, outside, remove } = scratch();
  fs.writeFileSync(`${root}/f`, 'data');
  const [lower, upper] = [hostDir(root), hostDir(outside)];
  const backend = overlay({ lower, upper });
  const kit = new Kit({ backend, dispose: () => {} });
  const file = openFile(kit, 'f');
  assert.is(file.allocate(0, MiB), 0);
  assert.is(file.size(), MiB);
  assert.is(fs.statSync(`${root}/f`).size, 4);
  assert.ok(bytesOnDisk(`${outside}/f`) >= (lower.way === 'proc' ? 0 : MiB));
  file.close();
  kit.end();
  backend.close();
  lower.close();
  upper.close();
  remove();
});

test('a store that allocates nothing extends the file', () => {
  const backend = ram();
  const kit = new Kit({ backend });
  kit.put('f', 'data');
  const file = openFile(kit, 'f');
  assert.is(kit.client.transport.peer!.allocate!(file.fid, 0, 1), -1);
  assert.is(file.allocate(2, 10), 0);
  assert.is(file.size(), 12);
  file.close();
  kit.end();
  backend.close();
});

/** Appends lines until its stdin ends, then prints their number. */
const APPENDER = `
  const fs = require('node:fs');
  const fd = fs.openSync(process.argv[1], 'a');
  let count = 0, over = false;
  process.stdin.on('end', () => { over = true; }).resume();
  const some = () => {
    for (let i = 0; i < 20; i++, count++) fs.writeSync(fd, 'line\\n');
    if (over) console.log(count); else setImmediate(some);
  };
  some();
`;

for (const way of ['openat2', 'openat'] as const) {
  const linux = unless(NOT_LINUX || reasonAgainst(way));

  linux(`what another process appends meanwhile is kept [${way}]`, async () => {
    const { root, remove } = scratch(inMemory);
    fs.writeFileSync(`${root}/f`, '');
    const child = spawn(process.execPath, ['-e', APPENDER, `${root}/f`], { stdio: ['pipe', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
    const backend = hostDir(root, { way });
    const kit = new Kit({ backend, dispose: () => {} });
    const file = openFile(kit, 'f');
    while (file.size() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    let races = 0;
    for (let i = 0; i < 20_000; i++) {
      const size = file.size();
      assert.is(file.allocate(0, size + 1), 0);
      if (file.size() > size + 1) races++;
    }
    child.stdin.end();
    await new Promise((resolve) => child.once('close', resolve));
    const lines = fs.readFileSync(`${root}/f`, 'latin1').split('\n').length - 1;
    assert.is(lines, Number(printed));
    assert.ok(races > 0, 'otherwise the test has tried nothing');
    file.close();
    kit.end();
    backend.close();
    remove();
  });

  unless(NOT_LINUX || reasonAgainst(way) || (canMount ? '' : 'a file system of its own cannot be mounted here'))(
    `ENOSPC comes before the write, and what is allocated can be written [${way}]`,
    () => {
      const { root, remove } = scratch();
      const script = `mount -t tmpfs -o size=4m none ${root} && exec "$0" "$1"`;
      const child = spawnSync('unshare', ['-rm', 'sh', '-c', script, process.execPath, process.argv[1]!], {
        env: { ...process.env, [SMALL]: `${way} ${root}` },
        encoding: 'utf8',
      });
      remove();
      assert.is(child.stderr, '');
      assert.equal(JSON.parse(child.stdout), {
        tooMuch: 'ENOSPC',
        size: 4,
        enough: 'ok',
        full: 'ENOSPC',
        written: 2 * MiB,
      });
    },
  );
}

/** The child process of the test before: in a file system of 4 MiB. */
function inSmall(way: DescriptorWay, root: string): void {
  const backend = hostDir(root, { way });
  const kit = new Kit({ backend, dispose: () => {} });
  kit.put('f', 'data');
  kit.put('g', '');
  const [file, other] = [openFile(kit, 'f'), openFile(kit, 'g')];
  const tooMuch = errnoName(file.allocate(0, 8 * MiB));
  const size = file.size();
  const enough = errnoName(file.allocate(0, 2 * MiB));
  const all = new Iov();
  const bytes = new Uint8Array(2 * MiB);
  all.single(bytes, 0, bytes.length);
  let count = 0;
  while (count >= 0) count = other.write(all);
  const full = errnoName(-count);
  const written = file.write(all);
  console.log(JSON.stringify({ tooMuch, size, enough, full, written }));
  file.close();
  other.close();
  kit.end();
  backend.close();
}

const [way, dir] = (process.env[SMALL] ?? '').split(' ');
if (dir !== undefined) inSmall(way as DescriptorWay, dir);
else test.run();
