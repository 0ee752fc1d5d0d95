// openat with O_CREAT on servers of others: hugelgupf/p9 refuses a Tlcreate of a name that exists, and a server that calls
// open(2) without O_NOFOLLOW follows a symlink, wherever it leads. Neither may happen to a guest.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TYPE, type Message } from '../../9p/codec.gen.ts';
import type { Iov } from '../../lib/iov.ts';
import { O_CREAT, O_NOFOLLOW, O_RDWR } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { InProcess } from '../../transport/in-process.ts';
import type { Transport } from '../../transport/transport.ts';
import { Client } from '../client.ts';
import { MemfsTree, closeTrees, named } from '../testing.ts';
import { AtCalls } from './at-calls.ts';
import { Found } from './resolve/found.ts';

test.after.each(closeTrees);

/** A connection that does not say whose server it leads to. It notes each Tlcreate, and refuses one of a name that exists. */
class Wire implements Transport {
  readonly msize: number;
  private readonly inner: Transport;
  private readonly exists: (name: string) => boolean;
  /** The names of all Tlcreate, those that exist with a `!`. */
  readonly made: string[] = [];

  constructor(inner: Transport, exists: (name: string) => boolean) {
    this.inner = inner;
    this.msize = inner.msize;
    this.exists = exists;
  }

  rpc(t: Message, r: Message, payload: Iov): number {
    if (t.type !== TYPE.Tlcreate) return this.inner.rpc(t, r, payload);
    const isThere = this.exists(t.name);
    this.made.push(isThere ? `${t.name}!` : t.name);
    return isThere ? E.EEXIST : this.inner.rpc(t, r, payload);
  }

  close(): void {
    this.inner.close();
  }
}

const CASES: readonly (readonly [path: string, flags: number, errno: string, made: readonly string[]])[] = [
  ['file', 0, 'ok', []],
  ['new', 0, 'ok', ['new']],
  ['link', 0, 'ok', []],
  ['link', O_NOFOLLOW, 'ELOOP', []],
  ['dangling', 0, 'ok', ['target']],
  ['out', 0, 'OUTSIDE', []],
  ['sub', 0, 'EISDIR', []],
];

for (const [path, flags, errno, made] of CASES) {
  test(`${path}${flags === 0 ? '' : ' with O_NOFOLLOW'} is looked up before it is made: ${errno}`, () => {
    const world = new MemfsTree().make(
      'd/',
      'd/file',
      'd/sub/',
      'd/link -> file',
      'd/dangling -> target',
      'd/out -> ../x',
    );
    const exists = (name: string): boolean => world.volume.readdirSync('/d').map(String).includes(name);
    const wire = new Wire(world.server.connect(), exists);
    const client = new Client(wire);
    assert.is(client.attach(), 0);
    const dir = client.walk(client.root, ['d'], 0, 1);
    const found = new Found();
    const result = new AtCalls(client).openat(dir, path, O_CREAT | O_RDWR | flags, found);
    assert.is(named(result), errno);
    if (result === 0) found.release();
    assert.equal(wire.made, made);
    assert.not(world.volume.existsSync('/x'), 'nothing is made outside');
    client.close();
    world.atRest();
  });
}

test('in the same process one message makes or opens it', () => {
  const world = new MemfsTree().make('file');
  const transport = world.server.connect();
  assert.instance(transport, InProcess);
  const sent: number[] = [];
  const { rpc } = transport;
  transport.rpc = (t, r, payload) => {
    sent.push(t.type);
    return rpc.call(transport, t, r, payload);
  };
  const client = new Client(transport);
  assert.is(client.attach(), 0);
  sent.length = 0;
  const found = new Found();
  assert.is(new AtCalls(client).openat(client.root, 'file', O_CREAT | O_RDWR, found), 0);
  assert.equal(
    sent.filter((type) => type === TYPE.Tlcreate || type === TYPE.Tlopen),
    [TYPE.Tlcreate],
  );
  found.release();
  client.close();
  world.atRest();
});

test.run();
