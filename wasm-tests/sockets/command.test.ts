// -S tcplisten of the command line: many clients, addresses, and guests that end while they wait or have clients.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';
import { moduleWith } from '../../cli/wasm-testing.ts';
import { Bench, Client, numbered, type Running } from './testing.ts';

const command = suite('-S tcplisten');
const bench = new Bench();

command.before(() => bench.prepare(['calls', 'echo']));
command.after(() => bench.close());

const LISTEN = '-Stcplisten=127.0.0.1:0';

/** Sends bytes, and expects them back; then both sides end. */
async function echoed(program: Running, bytes: Uint8Array, isSlow = false): Promise<void> {
  const client = await program.client();
  if (isSlow) client.socket.pause();
  const sent = client.send(bytes);
  if (isSlow) setTimeout(() => client.socket.resume(), 500);
  assert.ok(Buffer.from(bytes).equals(await client.receive(bytes.length)));
  await sent;
  await client.finish();
  assert.equal(await client.rest(), [Buffer.alloc(0), 'FIN']);
}

for (const [where, argv] of [
  ['on the main thread', ['run', LISTEN]],
  ['in a thread', ['run', LISTEN, '--timeout', '100s']],
  ['as wasmtime', ['wasmtime', LISTEN, '-S', 'preview2=n', '--verbose']],
] as const) {
  command(`a loop of poll(2) serves 200 clients at once: ${where}`, async () => {
    const program = await bench.guest([...argv, 'echo.wasm', '200']);
    assert.is(await program.line(), 'ready');
    const all = Array.from({ length: 200 }, (_, i) => echoed(program, numbered(1000 + i * 37)));
    await Promise.all(all);
    assert.is(await program.line(), '200 connections, several at a time');
    assert.is(await program.end(), 0);
  });
}

command('a slow reader of ten megabytes holds up no other client', async () => {
  const program = await bench.guest(['run', LISTEN, 'echo.wasm', '22']);
  assert.is(await program.line(), 'ready');
  let isSlowOver = false;
  const slow = echoed(program, numbered(10_000_000), true).then(() => (isSlowOver = true));
  for (let i = 0; i < 20; i++) await echoed(program, numbered(10));
  assert.not(isSlowOver);
  await slow;
  const gone = await program.client();
  await gone.reset();
  assert.is(await program.line(), '22 connections, several at a time');
  assert.is(await program.end(), 0);
});

unless(NOT_LINUX, command)('three thousand connections, one after the other, take no memory', async () => {
  const program = await bench.guest(['run', LISTEN, 'echo.wasm', '3401']);
  assert.is(await program.line(), 'ready');
  for (let i = 0; i < 400; i++) await echoed(program, numbered(100));
  const little = program.peak();
  for (let i = 0; i < 3000; i++) await echoed(program, numbered(100));
  const much = program.peak();
  await echoed(program, numbered(100));
  assert.match(await program.line(), /^3401 connections/);
  assert.is(await program.end(), 0);
  assert.ok(much - little < 64, `${little} MiB, then ${much} MiB`);
});

command('two listeners are descriptors 3 and 4, before the directories', async () => {
  const program = await bench.guest(['run', LISTEN, LISTEN, '--dir', '.::/here', 'calls.wasm'], 2);
  assert.is(await program.ask('environment LISTEN_FDS'), '2');
  assert.is(await program.ask('open /here/calls.wasm'), 'opened');
  const [first, second] = [await program.client(0), await program.client(1)];
  assert.is(await program.ask('poll 1000 m<'), '1 m<');
  assert.is(await program.ask('accept m b'), '0');
  assert.is(await program.ask('accept l a'), '0');
  await first.send('one');
  await second.send('two');
  assert.is(await program.ask('recv a 9'), 'one');
  assert.is(await program.ask('recv b 9'), 'two');
  assert.is(await program.end(), 0);
  // The guest has ended with both open.
  for (const client of [first, second]) {
    assert.equal(await client.rest(), [Buffer.alloc(0), 'FIN']);
    client.close();
  }
});

command('a guest that exits with clients that read late: they get all', async () => {
  const program = await bench.guest(['run', LISTEN, 'calls.wasm']);
  const client = await program.client();
  client.socket.pause();
  await program.ask('poll 1000 l<');
  assert.is(await program.ask('accept l a'), '0');
  assert.is(await program.ask('send a 10000'), '10000');
  const ended = program.ask('exit 7').then(() => program.end());
  setTimeout(() => client.socket.resume(), 100);
  assert.equal(await client.rest(), [Buffer.from(numbered(10_000)), 'FIN']);
  assert.is(await ended, 7);
  client.close();
  // Nothing listens any more.
  const error = await Client.to(program.ports[0]!).catch((thrown: NodeJS.ErrnoException) => thrown.code);
  assert.is(error, 'ECONNREFUSED');
});

for (const [how, call] of [
  ['accept', 'accept l a'],
  ['poll', 'poll -1 l<'],
] as const) {
  command(`--timeout ends a guest that waits in ${how}`, async () => {
    const program = await bench.guest(['run', LISTEN, '--timeout', '1s', 'calls.wasm']);
    assert.is(await program.ask('nonblock l 0'), '0');
    void program.ask(call);
    assert.is(await program.said(), 'wasi9p: calls.wasm was ended: its time was over (--timeout 1s).');
    assert.is(await program.end(), 124);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    command(`${signal} ends a guest that waits in ${how}, in either place`, async () => {
      for (const options of [[], ['--stack', '16M'], ['--timeout', '100s']]) {
        const program = await bench.guest(['run', LISTEN, ...options, 'calls.wasm']);
        assert.is(await program.ask('nonblock l 0'), '0');
        void program.ask(call);
        await new Promise((resolve) => setTimeout(resolve, 100));
        program.kill(signal);
        assert.is(await program.end(), signal, options.join(' '));
      }
    });
  }
}

command('a time-out ends a guest whose client takes nothing', async () => {
  const program = await bench.guest(['run', LISTEN, '--timeout', '1s', 'calls.wasm']);
  const client = await program.client();
  client.socket.pause();
  assert.is(await program.ask('poll 1000 l<'), '1 l<');
  assert.is(await program.ask('accept l a'), '0');
  void program.ask('send a 16000000');
  assert.is(await program.said(), 'wasi9p: calls.wasm was ended: its time was over (--timeout 1s).');
  assert.is(await program.end(), 124);
  client.close();
});

command('the calls are traced', async () => {
  const program = await bench.guest(['run', LISTEN, '--trace=sock_accept', 'calls.wasm']);
  assert.is(await program.ask('accept l a'), 'EAGAIN');
  assert.match(await program.said(), /^sock_accept\(fd=3, flags=0\) = EAGAIN$/);
  assert.is(await program.end(), 0);
});

command('LISTEN_FDS is what --env says', () => {
  const run = (options: readonly string[]) =>
    bench.command([...options, 'calls.wasm'], 'environment LISTEN_FDS\n').stdout;
  assert.is(run(['wasmtime', LISTEN]), '1\n');
  assert.is(run(['wasmtime', '--tcplisten=127.0.0.1:0', '--tcplisten', '127.0.0.1:0']), '2\n');
  assert.is(run(['wasmtime', LISTEN, '--env', 'LISTEN_FDS=0']), '0\n');
  assert.is(run(['wasmtime', '--env', 'LISTEN_FDS=1']), '1\n');
  assert.is(run(['wasmtime']), 'unset\n');
});

command('a program with threads gets no socket', () => {
  bench.write('threads.wasm', moduleWith({ imports: ['wasi.thread-spawn'] }));
  const why = 'threads.wasm has threads, which a call on a socket would hold up: leave it out';
  assert.equal(bench.command(['run', LISTEN, 'threads.wasm']), {
    ...{ status: 2, stdout: '' },
    stderr: `wasi9p: -S tcplisten=127.0.0.1:0: ${why}.\nTry: wasi9p help run\n`,
  });
});

command('a program is not started without its socket: one sentence, and status 1', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const how = 'write HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080';
  const cases: readonly [address: string, why: string][] = [
    [`127.0.0.1:${port}`, 'the port is in use: choose another one, or end the program that has it'],
    ['192.0.2.1:0', 'this machine does not have the address: choose 127.0.0.1, or 0.0.0.0 for all of its addresses'],
    ['no-such-host.invalid:80', 'the name of the host is unknown: write its address'],
    ...['8080', '127.0.0.1', ':80', '127.0.0.1:65536', '::1:80', '1.2.3.4:x', '1.2.3.4:', '/tmp/s:1'].map(
      (address): [string, string] => [address, `not an address: ${how}`],
    ),
  ];
  for (const [address, why] of cases) {
    for (const name of ['run', 'wasmtime']) {
      const argv = [name, '-S', `tcplisten=${address}`, 'calls.wasm'];
      const stderr = `wasi9p: -S tcplisten=${address}: ${why}.\n`;
      assert.equal(bench.command(argv), { status: 1, stdout: '', stderr });
    }
  }
  server.close();
});

command.run();
