// Two processes in one directory: another process removes, replaces or moves what a guest has just created. Each call
// answers as on Linux, never ESTALE.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_CREAT, O_RDWR } from '../../../linux/constants.ts';
import { mknod } from '../../../client/rare-messages.ts';
import { errnoName } from '../../../linux/errno.ts';
import { Kit } from '../../../../testing/kit.ts';
import { everyWay, hostDir, inMemory, scratch } from '../testing.ts';

const each = everyWay();
const ROUNDS = Number(process.env['WASI9P_RACES'] ?? 12_000) / 6;

/** The loops of the other process on one name. */
const OTHER = `
  const fs = require('node:fs');
  const [how, dir] = process.argv.slice(1);
  process.chdir(dir);
  const quiet = (f) => { try { f(); } catch {} };
  const acts = {
    remove: () => { quiet(() => fs.rmdirSync('x')); quiet(() => fs.unlinkSync('x')); },
    replace: () => {
      quiet(() => fs.writeFileSync('spare', 'other'));
      quiet(() => fs.renameSync('spare', 'x'));
      quiet(() => fs.rmdirSync('x'));
      quiet(() => fs.mkdirSync('x'));
      quiet(() => fs.rmdirSync('x'));
      quiet(() => fs.symlinkSync('other', 'x'));
      quiet(() => fs.unlinkSync('x'));
    },
    move: () => { quiet(() => fs.renameSync('x', 'away')); quiet(() => fs.rmdirSync('away')); quiet(() => fs.unlinkSync('away')); },
  };
  process.stdout.write('ready');
  for (;;) acts[how]();
`;

/** The calls, and the possible answers of Linux while the name comes and goes. */
const CALLS: Record<string, [run: (kit: Kit, source: number) => number, ...errnos: string[]]> = {
  mkdir: [({ client, root }) => client.mkdir(root, 'x', 0o755), 'EEXIST'],
  symlink: [({ client, root }) => client.symlink(root, 'x', 'target'), 'EEXIST'],
  link: [({ client, root }, source) => client.link(root, source, 'x'), 'EEXIST'],
  mknod: [({ client, root }) => mknod(client, root, 'x', 0o100644, 0, 0), 'EEXIST'],
  create: [
    (kit) => {
      const fid = kit.clone(kit.root);
      const errno = kit.client.lcreate(fid, 'x', O_RDWR | O_CREAT, 0o644);
      kit.clunk(fid);
      return errno;
    },
    'EISDIR',
    'ELOOP',
  ],
  rename: [
    ({ client, root }) => {
      client.mkdir(root, 'mine', 0o755);
      return client.renameat(root, 'mine', root, 'x');
    },
    'ENOTDIR',
  ],
};

function clear(path: string): void {
  try {
    fs.rmSync(path, { recursive: true, force: true });
  } catch {
    // The other process was faster.
  }
}

async function busy(kit: Kit, root: string, how: string): Promise<void> {
  const other = spawn(process.execPath, ['-e', OTHER, how, root], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => other.stdout.once('data', resolve));
  const results: Record<string, Record<string, number>> = {};
  try {
    kit.put('source', 'source');
    const source = kit.walk('source');
    for (let i = 0; i < ROUNDS; i++) {
      for (const [name, [run]] of Object.entries(CALLS)) {
        clear(`${root}/x`);
        const errno = errnoName(run(kit, source));
        const counts = (results[name] ??= {});
        counts[errno] = (counts[errno] ?? 0) + 1;
      }
    }
    kit.clunk(source);
  } finally {
    other.kill('SIGKILL');
    await new Promise((resolve) => other.once('exit', resolve));
  }
  for (const [name, [, ...errnos]] of Object.entries(CALLS)) {
    for (const errno of Object.keys(results[name]!)) {
      assert.ok(
        errno === 'ok' || errnos.includes(errno),
        `${how}: ${name} is ${errno}: ${JSON.stringify(results[name])}`,
      );
    }
    // Otherwise the test has tried nothing.
    assert.ok(results[name]!['ok']! > 0, `${how}: ${name}`);
  }
  assert.is(fs.readFileSync(`${root}/source`, 'utf8'), 'source');
}

for (const how of ['remove', 'replace', 'move']) {
  each(`each call is done or refused as on Linux while another process does this: ${how}`, async () => {
    const { root, remove } = scratch(inMemory);
    const backend = hostDir(root);
    const kit = new Kit({ backend, dispose: () => {} });
    await busy(kit, root, how);
    kit.end();
    backend.trim();
    if (process.platform === 'linux') assert.equal([backend.descriptors, backend.inodes], [1, 1]);
    backend.close();
    remove();
  });
}

test.run();
