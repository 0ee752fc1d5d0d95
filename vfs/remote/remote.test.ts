// Servers elsewhere: a file system on one, its end, and what a bad server does.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AT_REST } from '../../testing/at-rest.ts';
import { createFs } from '../fs/index.ts';
import { remote } from './index.ts';
import { withServer, type ServerThread } from './testing.ts';

/** Uses a file system in all ways that matter. */
function exercise(fs: ReturnType<typeof createFs>): void {
  fs.mkdirSync('/d');
  const data = Uint8Array.from({ length: 3_000_000 }, (_, i) => i * 7);
  fs.writeFileSync('/d/f', data);
  assert.equal(fs.readFileSync('/d/f'), data);
  for (let i = 0; i < 300; i++) fs.writeFileSync(`/d/file ${i}`, `${i}`);
  assert.is(fs.readdirSync('/d').length, 301);
  assert.is(fs.readFileSync('/d/file 299', 'utf8'), '299');
  fs.symlinkSync('d/f', '/link');
  assert.is(fs.statSync('/link').size, data.length);
  fs.renameSync('/d/f', '/g');
  assert.throws(() => fs.statSync('/link'), /ENOENT/);
  const fd = fs.openSync('/g', 'r+');
  fs.unlinkSync('/g');
  assert.is(fs.fstatSync(fd).nlink, 0);
  fs.closeSync(fd);
  fs.rmSync('/d', { recursive: true });
  fs.rmSync('/link');
  assert.equal(fs.readdirSync('/'), []);
}

function checkAtRest(server: ServerThread): void {
  assert.equal(server.atRest(), AT_REST);
}

test('a file system over TCP', () =>
  withServer({}, (server) => {
    for (const query of ['', '?msize=8192', '?msize=64K&cache=loose']) {
      const fs = createFs(remote(server.url + query));
      exercise(fs);
      fs.unmount();
      checkAtRest(server);
    }
  }));

test('over a socket of a path, with a blank in its name', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wasi9p remote-'));
  try {
    const path = join(dir, 'a socket');
    await withServer({ path }, (server) => {
      const fs = createFs(remote(`9p+unix:${encodeURI(path)}`));
      exercise(fs);
      fs.unmount();
      checkAtRest(server);
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('over a port, which serves one session', () =>
  withServer({}, (server) => {
    const { port1, port2 } = new MessageChannel();
    server.serve(port2);
    const source = remote(port1, { msize: 64 << 10 });
    const fs = createFs(source);
    exercise(fs);
    assert.throws(() => createFs(source), /used by another connection/);
    fs.unmount();
    checkAtRest(server);
  }));

/** The code of the error of a call, and the milliseconds that it took. */
function failing(call: () => unknown): { code: string; ms: number } {
  const begun = performance.now();
  try {
    call();
  } catch (error) {
    return { code: (error as { code?: string }).code ?? String(error), ms: performance.now() - begun };
  }
  return { code: 'ok', ms: 0 };
}

for (const kind of ['garbage', 'cut', 'close', 'tag', 'type', 'stall'] as const) {
  test(`a server that begins to ${kind} is an errno, and no hang`, () =>
    withServer({ fault: { kind, after: 12 } }, (server) => {
      const fs = createFs(remote(server.url, { timeout: 1500 }));
      const codes: string[] = [];
      for (let i = 0; i < 12; i++) {
        const { code, ms } = failing(() => fs.statSync('/'));
        if (code !== 'ok') codes.push(code);
        assert.ok(ms < (codes.length === 1 && kind === 'stall' ? 9000 : 1400), `${code} after ${ms} ms`);
      }
      // A reply of another type is the fault of one request.
      const first = kind === 'garbage' || kind === 'tag' ? 'EPROTO' : kind === 'type' ? 'EINVAL' : 'EIO';
      assert.is(codes[0], first);
      if (kind !== 'type') assert.equal(new Set(codes.slice(1)), new Set(['EIO']));
      fs.unmount();
      checkAtRest(server);
    }));
}

test('a server that is killed is EIO at once, before a call and within one', async () => {
  const { ServerThread } = await import('./testing.ts');
  const server = await ServerThread.start({ fault: { kind: 'stall', after: 30 } });
  const fs = createFs(remote(server.url));
  fs.writeFileSync('/f', 'x');
  const fd = fs.openSync('/f');
  await server.end();
  for (let i = 0; i < 3; i++) {
    for (const call of [
      () => fs.readFileSync('/f'),
      () => fs.readSync(fd, new Uint8Array(1)),
      () => fs.fstatSync(fd),
    ]) {
      const { code, ms } = failing(call);
      assert.is(code, 'EIO');
      assert.ok(ms < 5000, `${ms} ms`);
    }
  }
  assert.is(failing(() => fs.closeSync(fd)).code, 'EIO');
  fs.unmount();
});

test('one that is killed while a call waits for it', async () => {
  const { ServerThread } = await import('./testing.ts');
  const server = await ServerThread.start({ fault: { kind: 'stall', after: 12 }, dies: 200 });
  const fs = createFs(remote(server.url));
  const results = Array.from({ length: 12 }, () => failing(() => fs.statSync('/')));
  const failed = results.filter(({ code }) => code !== 'ok');
  assert.ok(failed.length > 1 && failed.every(({ code, ms }) => code === 'EIO' && ms < 20_000), JSON.stringify(failed));
  fs.unmount();
  await server.end();
});

test('no server there, or none that answers: a sentence, within the time', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wasi9p-remote-'));
  assert.throws(() => createFs(remote(`9p+unix:${dir}/none`)), /none cannot be reached: ENOENT\. Check that/);
  rmSync(dir, { recursive: true });
  await withServer({ fault: { kind: 'stall', after: 0 } }, (server) => {
    const { code, ms } = failing(() => createFs(remote(server.url, { timeout: 200 })));
    assert.match(code, /refused the attach \(errno 5\)/);
    assert.ok(ms < 9000);
  });
});

test.run();
