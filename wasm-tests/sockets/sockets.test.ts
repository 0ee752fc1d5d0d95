// Sockets of a guest against those of Linux: each dialogue of calls has the same results, here and natively.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../../build/test/skip.ts';
import { Bench, NO_JUDGE, numbered, type Client, type Running } from './testing.ts';

const sockets = suite('sockets of a guest');
const bench = new Bench();

sockets.before(() => bench.prepare(['calls', 'echo']));
sockets.after(() => bench.close());

const LISTEN = '-Stcplisten=127.0.0.1:0';

/** A step of a dialogue: a call and its result, or something that a client does. */
type Step = readonly [call: string, result: string] | ((clients: Record<string, Client>) => unknown);

/** The client that a step connects. */
const connects = (name: string): Step => Object.assign(() => undefined, { connects: name });

/** Runs the steps against a program; its connections are accepted in the order of the clients. */
async function talk(program: Running, steps: readonly Step[], where: string): Promise<void> {
  const clients: Record<string, Client> = {};
  try {
    for (const step of steps) {
      if (typeof step !== 'function') {
        const [call, result] = step;
        assert.is(await program.ask(call), result, `${call}: ${where}`);
      } else if ('connects' in step) clients[step.connects as string] = await program.client();
      else await step(clients);
    }
  } finally {
    for (const client of Object.values(clients)) client.close();
    assert.is(await program.end(), 0, where);
  }
}

/** A dialogue here, and natively where there is a judge. */
function dialogue(title: string, ...steps: readonly Step[]): void {
  sockets(title, async () => talk(await bench.guest(['run', LISTEN, 'calls.wasm']), steps, 'here'));
  if (NO_JUDGE === '') sockets(`${title}: on Linux`, async () => talk(await bench.native('calls'), steps, 'Linux'));
  else skip(`${title}: on Linux`, NO_JUDGE, sockets);
}

/** A connection a, accepted as soon as it is there, that blocks. */
const ONE: readonly Step[] = [connects('a'), ['nonblock l 0', '0'], ['accept l a', '0']];

dialogue(
  'a listener and a connection are sockets',
  ...ONE,
  ['type l', '1 1 ESPIPE'],
  ['type a', '1 1 ESPIPE'],
  ['nonblock a', '0'],
  connects('b'),
  ['accept l b nonblock', '0'],
  ['nonblock b', '1'],
  ['recv b 9', 'EAGAIN'],
  ['nonblock l 1', '1'],
  ['accept l c', 'EAGAIN'],
  ['accept a c', 'EINVAL'],
  ['recv l 9', 'ENOTCONN'],
  ['write l text', 'EPIPE'],
  ['close a', '0'],
  ['close a', 'EBADF'],
  ['recv a 9', 'EBADF'],
);

dialogue(
  'bytes go both ways, by read and write, recv and send',
  ...ONE,
  ({ a }) => a!.send('hello'),
  ['read a 64', 'hello'],
  ['write a world', '5'],
  async ({ a }) => assert.is(String(await a!.receive(5)), 'world'),
  ({ a }) => a!.send('again'),
  ['recv a 3', 'aga'],
  ['recv a 0', '0'],
  ['recv a 64', 'in'],
  ['send a 50', '50'],
  async ({ a }) => assert.equal(await a!.receive(50), Buffer.from(numbered(50))),
  ['send a 0', '0'],
);

dialogue(
  'MSG_PEEK and MSG_WAITALL',
  ...ONE,
  ({ a }) => a!.send('abc'),
  ['recv a 2 peek', 'ab'],
  ['recv a 64 peek', 'abc'],
  ['recv a 1', 'a'],
  ({ a }) => void setTimeout(() => void a!.send('defg'), 50),
  ['recv a 5 waitall', 'bcdef'],
  ({ a }) => void setTimeout(() => void a!.send('h'), 50),
  ['recv a 2 peek waitall', 'gh'],
  ['nonblock a 1', '1'],
  ['recv a 9 waitall', 'gh'],
  ['recv a 9 peek', 'EAGAIN'],
  ['nonblock a 0', '0'],
  ({ a }) => a!.send('end'),
  ({ a }) => a!.finish(),
  ['recv a 9 waitall', 'end'],
  ['recv a 9 waitall', '0'],
);

dialogue(
  'a client that sends no more still receives',
  ...ONE,
  ({ a }) => a!.send('last'),
  ({ a }) => a!.finish(),
  ['recv a 64', 'last'],
  ['recv a 64', '0'],
  ['poll 1000 a<', '1 a<'],
  ['recv a 64', '0'],
  ['write a still', '5'],
  async ({ a }) => assert.is(String(await a!.receive(5)), 'still'),
  ['shutdown a w', '0'],
  async ({ a }) => assert.equal(await a!.rest(), [Buffer.alloc(0), 'FIN']),
);

dialogue(
  'a guest that sends no more still receives',
  ...ONE,
  ['write a bye', '3'],
  ['shutdown a w', '0'],
  async ({ a }) => assert.equal(await a!.rest(), [Buffer.from('bye'), 'FIN']),
  ['write a more', 'EPIPE'],
  ['send a 0', 'EPIPE'],
  ({ a }) => a!.send('heard'),
  ['recv a 64', 'heard'],
  ['poll 0 a<>', '1 a>'],
);

dialogue(
  'a guest that shuts down reading gets what comes, and does not wait',
  ...ONE,
  ({ a }) => a!.send('there'),
  ['poll 1000 a<', '1 a<'],
  ['shutdown a r', '0'],
  ['recv a 64', 'there'],
  ['recv a 64', '0'],
  ['poll 0 a<', '1 a<'],
  ['write a out', '3'],
  async ({ a }) => assert.is(String(await a!.receive(3)), 'out'),
);

dialogue(
  'a client that vanishes',
  ...ONE,
  ({ a }) => a!.send('words'),
  ['poll 1000 a<', '1 a<'],
  ({ a }) => a!.reset(),
  ['recv a 2', 'wo'],
  ['recv a 64', 'rds'],
  ['recv a 64', 'ECONNRESET'],
  ['recv a 64', '0'],
  ['write a text', 'EPIPE'],
  ['poll 0 a<', '1 a<!'],
  ['shutdown a w', 'ENOTCONN'],
  connects('b'),
  ['accept l b', '0'],
  ({ b }) => b!.reset(),
  ['poll 1000 b<', '1 b<!'],
  ['write b text', 'ECONNRESET'],
  ['write b text', 'EPIPE'],
  ['recv b 9', '0'],
);

dialogue(
  'clients that vanish, or say all, before they are accepted',
  connects('a'),
  ({ a }) => a!.send('early'),
  ({ a }) => a!.finish(),
  connects('b'),
  ({ b }) => b!.reset(),
  ['poll 1000 l<', '1 l<'],
  ['nonblock l 0', '0'],
  ['accept l a', '0'],
  ['recv a 64', 'early'],
  ['recv a 64', '0'],
  ['accept l b', '0'],
  ['recv b 64', 'ECONNRESET'],
);

dialogue(
  'poll(2) waits for one of several sockets',
  ['poll 0 l<', '0 l'],
  ['poll 20 l<>', '0 l'],
  connects('a'),
  ['poll 1000 l<', '1 l<'],
  ['accept l a', '0'],
  ['poll 0 l< a<>', '1 l a>'],
  ({ a }) => void setTimeout(() => void a!.send('x'), 50),
  ['poll 5000 l< a<', '1 l a<'],
  ['poll 0 l< a<>', '1 l a<>'],
  ['recv a 1', 'x'],
  ['poll 20 l< a<', '0 l a'],
  ['shutdown a w', '0'],
  async ({ a }) => a!.rest(),
  ['poll 0 a<', '0 a'],
  ({ a }) => a!.finish(),
  ['poll 1000 a<', '1 a<!'],
);

dialogue(
  'a nonblocking socket takes what there is room for',
  ...ONE,
  ['nonblock a 1', '1'],
  ({ a }) => void a!.socket.pause(),
  ['fill a', 'much EAGAIN'],
  ['poll 0 a>', '0 a'],
  ({ a }) => void a!.socket.resume(),
  ['poll 5000 a>', '1 a>'],
);

dialogue(
  'ten megabytes each way, and the other side is slow',
  ...ONE,
  ({ a }) => void a!.send(numbered(10_000_000)),
  ['recv a 10000000 waitall', 'whole 10000000'],
  ({ a }) => {
    a!.socket.pause();
    setTimeout(() => a!.socket.resume(), 300);
  },
  ['send a 10000000', '10000000'],
  async ({ a }) => assert.ok(Buffer.from(numbered(10_000_000)).equals(await a!.receive(10_000_000))),
);

dialogue(
  'a listener that is shut down or closed accepts no more',
  ...ONE,
  ['shutdown l w', '0'],
  connects('b'),
  ['accept l b', '0'],
  ['shutdown l r', '0'],
  ['accept l c', 'EINVAL'],
  ['close l', '0'],
  ['accept l c', 'EBADF'],
  ({ a }) => a!.send('on'),
  ['recv a 9', 'on'],
);

dialogue(
  'what a guest has sent arrives although it closes, or exits',
  ...ONE,
  ['send a 100000', '100000'],
  ['close a', '0'],
  async ({ a }) => assert.equal(await a!.rest(), [Buffer.from(numbered(100_000)), 'FIN']),
);

sockets.run();
