// `wasi9p serve` as a process: its listeners, what it prints, and its end.
import * as fs from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeFrame, decodeFrame } from '../../../vfs/9p/schema/interpret.ts';
import { NOFID, NOTAG, SETATTR_SIZE, VERSION } from '../../../vfs/9p/constants.ts';
import { O_CREAT, O_RDWR } from '../../../vfs/linux/constants.ts';
import { RawSocket } from '../../../vfs/serve/testing.ts';
import { bundle } from '../../testing.ts';
import { ServeProcess, serving as servingIn } from './testing.ts';

const serve = suite('serve');
let scratch = '';
let cli = '';

serve.before(async () => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'wasi9p-serve-'));
  cli = await bundle();
});

serve.after(() => {
  fs.rmSync(scratch, { recursive: true });
  fs.rmSync(dirname(cli), { recursive: true });
});

/** Runs a server for a test. */
const serving = (argv: readonly string[], run: (server: ServeProcess) => Promise<void>): Promise<void> =>
  servingIn({ cli, cwd: scratch }, argv, run);

serve('tcp: says how to mount, serves, and ends in order by SIGTERM', async () => {
  fs.mkdirSync(join(scratch, 'dir'));
  fs.writeFileSync(join(scratch, 'dir', 'a'), 'text');
  await serving(['--dir', 'dir::/src', '--mem', '/', '--listen', 'tcp:0'], async (server) => {
    const c = await (await server.connect()).begin();
    assert.match(server.out, /^serving \/src \(dir\)\nserving \/ \(ram\)\n/);
    assert.match(
      server.out,
      /Linux: {2}mount -t 9p -o trans=tcp,port=\d+,version=9p2000\.L,msize=1048576,aname=src 127\.0\.0\.1 \/mnt\n/,
    );
    assert.match(server.out, /wasi9p: wasi9p run --mount 9p\+tcp:\/\/127\.0\.0\.1:\d+\/src::\/src PROGRAM\.wasm\n/);
    assert.is(
      await c.errno('Tlcreate', { fid: 0, name: 'gone', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }),
      'Rlcreate',
    );
    const other = await (await server.connect()).begin(8192, 'src');
    assert.is(await other.errno('Twalk', { fid: 0, newfid: 1, wname: ['a'] }), 'Rwalk');
    assert.is(
      await other.errno('Tlcreate', { fid: 0, name: 'new', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }),
      'Rlcreate',
    );
    assert.is(await other.errno('Twrite', { fid: 0, offset: 0, data: Buffer.from('written') }), 'Rwrite');
    assert.is(await server.end(), 0);
    await Promise.all([c.ended(), other.ended()]);
    assert.is(server.err, '');
  });
  assert.is(fs.readFileSync(join(scratch, 'dir', 'new'), 'utf8'), 'written');
});

serve('--ro, ::ro and --export', async () => {
  fs.mkdirSync(join(scratch, 'more'));
  const argv = ['--ro', '--export', 'one=more', '--export', 'two=mem:1M', '--listen', 'tcp:0'];
  await serving(argv, async (server) => {
    for (const aname of ['one', 'two']) {
      const c = await (await server.connect()).begin(8192, aname);
      assert.is(await c.errno('Tmkdir', { dfid: 0, name: 'd', mode: 0o755, gid: 0 }), 'EROFS', aname);
      await c.close();
    }
    assert.match(server.out, /serving \/one \(more, read-only\)/);
    assert.is(await server.end('SIGINT'), 0);
  });
});

serve('--trace, --stats and --pcap show the messages of all clients', async () => {
  const argv = [
    '--mem',
    '/',
    '--trace=Tmkdir',
    '--trace-time',
    '--stats',
    '--pcap',
    'wire.pcapng',
    '--listen',
    'tcp:0',
  ];
  await serving(argv, async (server) => {
    for (const name of ['one', 'two']) {
      const c = await (await server.connect()).begin();
      assert.is(await c.errno('Tmkdir', { dfid: 0, name, mode: 0o755, gid: 0 }), 'Rmkdir');
      await c.close();
    }
    assert.is(await server.end(), 0);
    assert.match(server.err, /^[\d.]+ \[1\] Tmkdir .*\n[\d.]+ \[1\] Rmkdir .* <[\d.]+>\n[\d.]+ \[2\] Tmkdir /);
    assert.match(server.err, / 2 +Tmkdir\n/);
  });
  assert.is(fs.readFileSync(join(scratch, 'wire.pcapng')).readUInt32LE(0), 0x0a0d0d0a);
  for (const [option, message] of [
    ['--trace=path_open', /--trace=path_open: path_open is the name of no 9P message/],
    ['--trace=Tmkdri', /Tmkdri is the name of no 9P message: did you mean Tmkdir\?/],
    ['--pcap=none/x', /--pcap=none\/x cannot be written/],
  ] as const) {
    const server = new ServeProcess({ cli, cwd: scratch }, ['--mem', '/', option, '--listen', 'tcp:0']);
    assert.is.not(await server.status, 0);
    assert.match(server.err, message);
  }
});

serve('--max-clients: one more is closed', async () => {
  await serving(['--mem', '/', '--max-clients', '1', '--listen', 'tcp:0'], async (server) => {
    const c = await (await server.connect()).begin();
    await (await server.connect()).ended();
    await c.close();
    assert.is(await server.end(), 0);
  });
});

serve('an address that others reach is said aloud; one in use is an error', async () => {
  await serving(['--mem', '/', '--listen', 'tcp:0.0.0.0:0'], async (server) => {
    await server.said(/can be reached from other machines: whoever connects may read and change all exports/);
    const [, port] = await server.said(/port=(\d+).* ADDRESS \/mnt/);
    const second = new ServeProcess({ cli, cwd: scratch }, ['--mem', '/', '--listen', `tcp:0.0.0.0:${port}`]);
    assert.is(await second.status, 2);
    assert.match(
      second.err,
      /^wasi9p: --listen tcp:0\.0\.0\.0:\d+ is in use: give another port, or 0 for a free one\.\n/,
    );
    assert.is(await server.end(), 0);
  });
});

serve('unix: the socket is 0600, a stale one is replaced, and it is removed at the end', async () => {
  const path = join(scratch, 'sock');
  const argv = ['--mem', '/', '--listen', 'unix:sock'];
  await serving(argv, async (server) => {
    await server.said(/listening on unix:sock\n/);
    assert.is(fs.lstatSync(path).mode & 0o777, 0o600);
    const second = new ServeProcess({ cli, cwd: scratch }, argv);
    assert.is(await second.status, 2);
    assert.match(second.err, /unix:sock is in use: give another path/);
    server.child.kill('SIGKILL');
    await server.status;
  });
  assert.ok(fs.existsSync(path), 'killed: the socket is left');
  await serving(argv, async (server) => {
    await server.said(/listening/);
    const c = await new RawSocket(net.connect(path)).begin();
    await c.close();
    assert.is(await server.end(), 0);
  });
  assert.not(fs.existsSync(path));
});

serve('stdio: one client; the server ends with it', async () => {
  await serving(['--mem', '/', '--listen', 'stdio'], async (server) => {
    const chunks: Buffer[] = [];
    server.child.stdout!.removeAllListeners('data');
    server.child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
    server.child.stdin!.write(encodeFrame('Tversion', { tag: NOTAG, msize: 8192, version: VERSION }));
    server.child.stdin!.end(encodeFrame('Tattach', { tag: 1, fid: 0, afid: NOFID, uname: '', aname: '', n_uname: 0 }));
    assert.is(await server.status, 0);
    const bytes = Buffer.concat(chunks);
    const size = bytes.readUInt32LE(0);
    assert.is(decodeFrame(Uint8Array.from(bytes.subarray(0, size))).message, 'Rversion');
    assert.is(decodeFrame(Uint8Array.from(bytes.subarray(size))).message, 'Rattach');
    assert.match(server.err, /serving \/ \(ram\)\nlistening on stdio\n/);
  });
});

/** The client side of the package ws, as far as it is used. */
interface Client {
  on(event: string, listener: (...args: never[]) => void): Client;
  send(data: Uint8Array | string): void;
  close(): void;
}

/** Connects by a WebSocket: the socket, or the status that refused it. */
async function webSocket(url: string, headers: Record<string, string> = {}): Promise<Client | number> {
  const { WebSocket } = (await import('ws' as string)) as {
    WebSocket: new (url: string, options: object) => Client;
  };
  const client = new WebSocket(url, { headers });
  return new Promise((resolve, reject) => {
    client.on('open', () => resolve(client));
    client.on('unexpected-response', (_request: unknown, response: { statusCode: number; resume(): void }) => {
      response.resume();
      resolve(response.statusCode);
    });
    client.on('error', reject);
  });
}

serve('ws: token, origin, and one message a frame', async () => {
  const argv = ['--mem', '/', '--listen', 'ws:0', '--token', 's3cret/&', '--origin', 'http://localhost:8080'];
  await serving(argv, async (server) => {
    const [, url = ''] = await server.said(/proxy_url: "(ws:[^"]*)"/);
    const bare = url.replace(/\?.*/, '');
    assert.is(await webSocket(bare), 401);
    assert.is(await webSocket(`${bare}?token=s3cret`), 401);
    assert.is(await webSocket(url, { origin: 'http://evil.example' }), 403);
    assert.is(await webSocket(url, { origin: 'null' }), 403);
    const bearer = await webSocket(bare, { authorization: 'Bearer s3cret/&' });
    assert.ok(typeof bearer === 'object');
    const closed = new Promise((resolve) => bearer.on('close', (code: number) => resolve(code)));
    bearer.send('text');
    assert.is(await closed, 1003);
    const client = await webSocket(url, { origin: 'http://localhost:8080' });
    assert.ok(typeof client === 'object');
    const replies: Buffer[] = [];
    let wake: () => void = () => {};
    client.on('message', (data: Buffer) => {
      replies.push(data);
      wake();
    });
    const ask = async (frame: Uint8Array): Promise<string> => {
      client.send(frame);
      while (replies.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return decodeFrame(Uint8Array.from(replies.shift()!)).message;
    };
    assert.is(await ask(encodeFrame('Tversion', { tag: NOTAG, msize: 65_536, version: VERSION })), 'Rversion');
    const attach = { tag: 1, fid: 0, afid: NOFID, uname: '', aname: '', n_uname: 0 };
    assert.is(await ask(encodeFrame('Tattach', attach)), 'Rattach');
    const end = new Promise((resolve) => client.on('close', (code: number) => resolve(code)));
    // Two frames in a message are not one.
    client.send(Buffer.concat([encodeFrame('Tclunk', { tag: 1, fid: 0 }), encodeFrame('Tclunk', { tag: 1, fid: 0 })]));
    assert.is(await end, 1002);
    const last = await webSocket(url);
    assert.ok(typeof last === 'object');
    const gone = new Promise((resolve) => last.on('close', (code: number) => resolve(code)));
    assert.is(await server.end(), 0);
    assert.is(await gone, 1001);
  });
});

serve('a second signal ends it at once', async () => {
  await serving(['--mem', '/', '--listen', 'tcp:0'], async (server) => {
    const c = await (await server.connect()).begin(1 << 20);
    // A client that does not read its replies holds up the end.
    await c.errno('Tlcreate', { fid: 0, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 });
    const size = { fid: 0, valid: SETATTR_SIZE, mode: 0, uid: 0, gid: 0, size: 16 << 20 };
    const times = { atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };
    assert.is(await c.errno('Tsetattr', { ...size, ...times }), 'Rsetattr');
    c.socket.pause();
    for (let i = 0; i < 16; i++)
      c.send(encodeFrame('Tread', { tag: i, fid: 0, offset: i * 1_000_000, count: 1_000_000 }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    server.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.is(server.child.exitCode, null, 'it waits for the client');
    const begin = Date.now();
    assert.is(await server.end('SIGTERM'), 143);
    assert.ok(Date.now() - begin < 1500);
    await c.close();
  });
});

serve.run();
