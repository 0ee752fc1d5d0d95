// Sandbox escape by a race: another process swaps a directory and a file for symlinks that lead outside, while a guest
// walks, opens, creates, renames and removes there. WASI9P_RACES=1000000 sets the number of tries (default 100,000).
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from '../../../linux/constants.ts';
import { Found } from '../../../client/at/resolve/found.ts';
import { FileStatus } from '../../../client/attributes.ts';
import { Kit } from '../../../../testing/kit.ts';
import type { HostDirOptions } from '../options.ts';
import { everyWay, hostDir, scratch } from '../testing.ts';
import { NOT_LINUX } from '../../../../build/test/skip.ts';

const TRIES = Number(process.env['WASI9P_RACES'] ?? 100_000);
const SECRET = 'the secret of the host';

/**
 * The attacker's program, run in the directory that holds `export` and `outside`. The tree and the symlinks are in
 * place for equal times: microseconds, or long enough for the names to settle (name-cache.ts).
 */
const ATTACKER = `
  const fs = require('node:fs');
  const slow = process.argv[1] === 'slow';
  const quiet = (f) => { try { f(); } catch {} };
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const dwell = () => {
    if (slow) return Atomics.wait(cell, 0, 0, 10 + Math.random() * 50);
    for (const end = performance.now() + Math.random() * 0.1; performance.now() < end; );
  };
  process.stdout.write('ready');
  for (let i = 0; ; i++) {
    quiet(() => fs.renameSync('export/dir', 'aside'));
    quiet(() => fs.symlinkSync(i % 2 ? '../outside' : process.cwd() + '/outside', 'export/dir'));
    quiet(() => { fs.symlinkSync('../outside/file', 'export/tmp'); fs.renameSync('export/tmp', 'export/file'); });
    dwell();
    quiet(() => fs.unlinkSync('export/dir'));
    quiet(() => fs.renameSync('aside', 'export/dir'));
    quiet(() => { fs.linkSync('good', 'export/tmp'); fs.renameSync('export/tmp', 'export/file'); });
    dwell();
  }
`;

/** The tries: each returns '' if it met a file inside, or a description of the file it met. */
function tries(kit: Kit): ((i: number) => string)[] {
  const { client, root } = kit;
  const { at } = kit.mount;
  const found = new Found();
  const readAll = (fid: number): string => {
    if (fid < 0) return 'error';
    const text = kit.read(fid);
    client.clunk(fid);
    return text === 'inside' || text === '' ? '' : text;
  };
  const walked = (...names: string[]): number => {
    const fid = client.walk(root, names, 0, names.length);
    if (fid < 0) return fid;
    const errno = client.lopen(fid, O_RDONLY);
    if (errno === 0) return fid;
    client.clunk(fid);
    return -errno;
  };
  const result = (errno: number): string => (errno === 0 ? '' : 'error');
  return [
    () => readAll(walked('dir', 'file')),
    () => readAll(kit.openFid('dir/file', O_RDONLY)),
    () => readAll(walked('file')),
    () => readAll(kit.openFid('file', O_RDONLY)),
    () => readAll(kit.openFid('dir/../file', O_RDONLY)),
    (i) => readAll(kit.openFid(`dir/made${i % 7}`, O_RDWR | O_CREAT | O_TRUNC)),
    (i) => result(at.unlinkat(root, `dir/made${i % 7}`)),
    (i) => result(at.mkdirat(root, `dir/sub${i % 5}`)),
    (i) => result(at.rmdirat(root, `dir/sub${i % 5}`)),
    (i) => result(at.renameat(root, `dir/made${i % 7}`, at, root, `dir/made${(i + 1) % 7}`)),
    (i) => result(at.linkat(root, 'dir/file', false, at, root, `dir/link${i % 3}`)),
    (i) => result(at.unlinkat(root, `dir/link${i % 3}`)),
    () => result(at.symlinkat('x', root, 'dir/sym')),
    () => result(at.unlinkat(root, 'dir/sym')),
    () => {
      const fid = kit.openFid('dir/file', O_WRONLY);
      if (fid < 0) return 'error';
      kit.write(fid, 0, 'inside');
      client.clunk(fid);
      return '';
    },
    () => result(at.utimensat(root, 'dir/file', true, 0x1b0, 1, 0, 1, 0)),
    () => {
      const status = new FileStatus();
      if (at.statat(root, 'dir/file', true, 0x7ff, status) !== 0) return 'error';
      return status.attributes.size === SECRET.length ? 'size of the secret' : '';
    },
    () => {
      if (at.lookup(root, 'dir', true, found) !== 0) return 'error';
      const { fid } = found;
      const errno = client.lopen(fid, O_RDONLY);
      const names = errno === 0 ? kit.listFid(fid).map((entry) => entry.name) : [];
      client.clunk(fid);
      return names.includes('only-outside') ? 'listing of outside' : result(errno);
    },
  ];
}

/** Returns everything outside, with ctimes: a write, a chmod, a link would show. */
function picture(dir: string): string {
  const show = (name: string): string => {
    const st = fs.lstatSync(`${dir}/${name}`, { bigint: true });
    return `${name} ${st.ino} ${st.mode} ${st.nlink} ${st.size} ${st.mtimeNs} ${st.ctimeNs}`;
  };
  return ['.', ...fs.readdirSync(dir).sort()].map(show).join('\n');
}

async function race(pace: 'fast' | 'slow', count: number, options: HostDirOptions = {}): Promise<void> {
  const { root, outside, remove } = scratch();
  fs.mkdirSync(`${root}/dir`);
  fs.writeFileSync(`${root}/dir/file`, 'inside');
  // Linked, not written, each time: some file systems flush a newly written file that replaces a name.
  fs.writeFileSync(`${root}/../good`, 'inside');
  fs.linkSync(`${root}/../good`, `${root}/file`);
  fs.writeFileSync(`${outside}/file`, SECRET);
  fs.writeFileSync(`${outside}/only-outside`, SECRET);
  for (let i = 0; i < 7; i++) fs.writeFileSync(`${outside}/made${i}`, SECRET);
  const before = picture(outside);

  const attacker = spawn(process.execPath, ['-e', ATTACKER, pace], {
    cwd: `${root}/..`,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => attacker.stdout.once('data', resolve));

  const backend = hostDir(root, options);
  const kit = new Kit({ backend, dispose: () => {} });
  const attempts = tries(kit);
  const escapes: string[] = [];
  let inside = 0;
  let elsewhere = 0;
  const enough = (): boolean => inside > count / 100 && elsewhere > count / 100;
  const end = performance.now() + 30_000;
  // On a slow disk the attacker may need longer for its turns.
  for (let i = 0; i < count || (!enough() && performance.now() < end); i++) {
    // A name seen as a symlink stays one: forget it, or the race is over.
    if (options.cached === true && i % 40 === 0) backend.trim();
    const met = attempts[i % attempts.length]!(i);
    if (met === '') inside++;
    else if (met === 'error') elsewhere++;
    else escapes.push(met);
  }
  attacker.kill('SIGKILL');
  await new Promise((resolve) => attacker.once('exit', resolve));

  console.log(
    `race, ${pace}: ${count} tries, ${inside} met the tree, ${elsewhere} an error, ${escapes.length} escaped`,
  );
  assert.equal(escapes, []);
  assert.is(picture(outside), before);
  // Otherwise the test has raced nothing.
  assert.ok(enough(), `${inside} and ${elsewhere}`);
  kit.end();
  backend.trim();
  assert.is(backend.descriptors, 1);
  backend.close();
  remove();
}

const onLinux = everyWay(NOT_LINUX);

onLinux('25: against a process that swaps directories and files for symlinks as fast as it can', () =>
  race('fast', TRIES),
);
onLinux('25: and against one that lets names settle before it swaps them', () => race('slow', TRIES));

// These break the promise of a cached directory.
onLinux('25: the same against a cached directory, fast', () => race('fast', TRIES / 2, { cached: true }));
onLinux('25: the same against a cached directory, slow', () => race('slow', TRIES / 2, { cached: true }));

test.run();
