// The tools of diod as clients: diodls and diodcat of Debian's package diod.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unless } from '../../build/test/skip.ts';
import { hostDir } from '../backends/hostdir/index.ts';
import { ram } from '../backends/ram/index.ts';
import { createFs } from '../fs/index.ts';
import { Server } from '../server/server.ts';
import { scratch } from '../../testing/scratch.ts';
import { TcpService } from './testing.ts';

const hasDiod = spawnSync('diodls', ['--help']).error === undefined;
const diod = unless(hasDiod ? '' : 'diodls is not installed (Debian: diod)');

/** Runs a tool of diod on the service. */
async function run(tcp: TcpService, tool: string, ...argv: string[]) {
  const child = spawn(tool, ['-s', `127.0.0.1:${tcp.port}`, '-t', '20', ...argv]);
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const status = await new Promise((resolve) => child.on('close', resolve));
  return { status, out: Buffer.concat(out), err: Buffer.concat(err).toString() };
}

/** Directories in diod's long form end in their name: the names of a listing. */
function names(out: Buffer): string[] {
  const lines = out.toString().trim().split('\n');
  return lines.map((line) => line.replace(/^.* /, '')).filter((name) => name !== '.' && name !== '..');
}

for (const store of ['ram', 'host directory'] as const) {
  diod(`diodls and diodcat on a ${store}`, async () => {
    const dir = scratch();
    const backend = store === 'ram' ? ram() : hostDir(dir.root);
    const server = new Server(backend, { msize: 1 << 20 });
    const tcp = await TcpService.start({ '/': server });
    try {
      const fs = createFs(server);
      const content = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => i * 17 + (i >> 9)));
      const wanted = Array.from({ length: 500 }, (_, i) => `name-${i}`).sort();
      for (const name of wanted) fs.writeFileSync(`/${name}`, name);
      fs.mkdirSync('/sub');
      fs.writeFileSync('/big', content);
      if (store === 'host directory') writeFileSync(join(dir.root, 'theirs'), 'made by the host');
      fs.unmount();
      for (const flags of [[], ['-l']]) {
        const { status, out, err } = await run(tcp, 'diodls', '-a', '/', ...flags);
        assert.equal([status, err], [0, '']);
        const extra = store === 'ram' ? ['big', 'sub'] : ['big', 'sub', 'theirs'];
        assert.equal(names(out).sort(), [...wanted, ...extra].sort());
      }
      for (const msize of ['4096', '65536', '1048576']) {
        const { status, out } = await run(tcp, 'diodcat', '-a', '/', '-m', msize, 'big', 'name-7');
        assert.is(status, 0);
        assert.is(Buffer.compare(out, Buffer.concat([content, Buffer.from('name-7')])), 0, msize);
      }
      const { status, err } = await run(tcp, 'diodcat', '-a', '/', 'none');
      assert.is(status, 1);
      assert.match(err, /No such file or directory/);
      assert.match((await run(tcp, 'diodls', '-a', '/elsewhere')).err, /Operation not permitted/);
      await tcp.stop();
    } finally {
      tcp.abandon();
      backend.close?.();
      dir.remove();
    }
  });
}

test.run();
