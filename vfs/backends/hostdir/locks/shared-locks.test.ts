// Record locks of a host directory and those of other processes: a native program, and wasi9p elsewhere.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../../build/test/skip.ts';
import { LOCK_BLOCKED, LOCK_FLAGS_BLOCK, LOCK_TYPE_RDLCK, LOCK_TYPE_WRLCK } from '../../../9p/constants.ts';
import { O_RDONLY, O_RDWR } from '../../../linux/constants.ts';
import { E } from '../../../linux/errno.ts';
import { RawClient } from '../../../../testing/raw-client.ts';
import { Server } from '../../../server/server.ts';
import { readOnly } from '../../readonly/index.ts';
import { hostDir } from '../index.ts';
import type { DescriptorWay } from '../calls/choose.ts';
import { inMemory, reasonAgainst, scratch } from '../testing.ts';
import { Own, compileLocker, elsewhere, native, serveParty, whyNoNative, type Party } from './testing.ts';

const WAYS = ['openat2', 'openat'] as const;
const PEERS = ['posix', 'ofd', 'wasi9p'] as const;
const noNative = NOT_LINUX || whyNoNative();

/** A server on a directory with the file `f`, and what the tests do with it. */
class Place {
  readonly backend: ReturnType<typeof hostDir>;
  readonly server: Server;
  readonly root: string;
  readonly way: DescriptorWay;
  private readonly remove: () => void;
  private readonly parties: Party[] = [];
  private program = '';
  private readonly outside: string;

  constructor(way: DescriptorWay) {
    const { root, outside, remove } = scratch(inMemory);
    this.root = root;
    this.way = way;
    this.outside = outside;
    this.remove = remove;
    fs.writeFileSync(`${root}/f`, 'x'.repeat(100));
    this.backend = hostDir(root, { way });
    this.server = new Server(this.backend);
  }

  own(proc = 1, client = new RawClient(this.server), flags = O_RDWR): Own {
    const own = new Own(client, proc, flags);
    this.parties.push(own);
    return own;
  }

  peer(kind: (typeof PEERS)[number]): Party {
    const peer = kind === 'wasi9p' ? elsewhere(this.way, this.root) : this.native(kind);
    this.parties.push(peer);
    return peer;
  }

  native(kind: 'posix' | 'ofd', name = 'f'): Party & { readonly pid: number } {
    if (this.program === '') this.program = compileLocker(this.outside);
    const peer = native(this.program, `${this.root}/${name}`, kind);
    this.parties.push(peer);
    return peer;
  }

  /** Ends all parties. No lock and no descriptor is left. */
  async end(): Promise<void> {
    for (const party of this.parties) await party.end();
    this.backend.trim();
    assert.is(this.backend.descriptors, 1);
    this.server.close();
    this.backend.close();
    this.remove();
  }
}

async function expect(party: Party, line: string, answer: string): Promise<void> {
  assert.is(await party.ask(line), answer, line);
}

for (const way of WAYS) {
  const reason = NOT_LINUX || reasonAgainst(way);
  for (const kind of PEERS) {
    const title = (text: string): string => `${text}: ${kind} [${way}]`;
    const each = unless(reason || (kind === 'wasi9p' ? '' : noNative));

    each(title('each blocks the other, by ranges that split and join'), async () => {
      const place = new Place(way);
      const own = place.own();
      const peer = place.peer(kind);
      await expect(own, 'set W 10 10', 'ok');
      await expect(peer, 'set R 19 1', 'blocked');
      await expect(peer, 'set R 0 10', 'ok');
      await expect(peer, 'set W 20 0', 'ok');
      await expect(own, 'set W 9 1', 'blocked');
      await expect(own, 'set R 9 1', 'ok');
      await expect(own, 'set R 100 1', 'blocked');
      // Split: 10 to 12 and 15 to 19 are left.
      await expect(own, 'set U 13 2', 'ok');
      await expect(peer, 'set W 13 2', 'ok');
      await expect(peer, 'set W 12 1', 'blocked');
      await expect(peer, 'set W 15 1', 'blocked');
      await expect(peer, 'set U 13 2', 'ok');
      // Joined again, of another type.
      await expect(own, 'set R 10 10', 'ok');
      await expect(peer, 'set R 10 10', 'ok');
      await expect(peer, 'set U 10 10', 'ok');
      await expect(own, 'set W 12 4', 'ok');
      await expect(peer, 'set R 11 1', 'ok');
      await expect(peer, 'set R 11 2', 'blocked');
      await expect(own, 'set U 0 0', 'ok');
      await expect(peer, 'set W 0 0', 'ok');
      await expect(own, 'set R 50 1', 'blocked');
      await expect(own, 'get R 50 1', `W 0+0 by ${kind === 'posix' ? (peer as never as { pid: number }).pid : 0}`);
      await place.end();
    });

    each(
      title('a blocking lock waits for the other, in both directions, and the server serves meanwhile'),
      async () => {
        const place = new Place(way);
        const own = place.own();
        const peer = place.peer(kind);
        await expect(peer, 'set W 0 10', 'ok');
        const waits = own.ask('wait W 5 1');
        await new Promise((resolve) => setTimeout(resolve, 30));
        assert.is(own.client.attr(own.fid).size, 100);
        assert.is(own.client.session.pending!.size, 1);
        await expect(peer, 'set U 0 10', 'ok');
        assert.is(await waits, 'ok');
        const theirs = peer.ask('wait W 0 10');
        await expect(own, 'set R 20 1', 'ok');
        await expect(own, 'set U 5 1', 'ok');
        assert.is(await theirs, 'ok');
        await place.end();
      },
    );

    each(title('locks end with the fid, the session, the process'), async () => {
      const place = new Place(way);
      const client = new RawClient(place.server);
      const [first, second] = [place.own(1, client), place.own(1, client)];
      const peer = place.peer(kind);
      await expect(first, 'set W 0 1', 'ok');
      await expect(second, 'set W 2 1', 'ok');
      // Closing another descriptor of the file would end the locks of a process.
      await expect(place.own(), 'close', 'ok');
      fs.readFileSync(`${place.root}/f`);
      await expect(peer, 'set W 0 1', 'blocked');
      await expect(first, 'close', 'ok');
      await expect(peer, 'set W 0 2', 'ok');
      await expect(peer, 'set W 2 1', 'blocked');
      client.session.close();
      await expect(peer, 'set W 2 1', 'ok');
      const own = place.own();
      await expect(own, 'set W 0 1', 'blocked');
      const waits = own.ask('wait W 0 1');
      await peer.end();
      assert.is(await waits, 'ok');
      await place.end();
    });
  }

  unless(reason || noNative)(`kill -9 of wasi9p frees its locks [${way}]`, async () => {
    const place = new Place(way);
    const other = place.peer('wasi9p');
    const peer = place.native('ofd');
    await expect(other, 'set W 0 0', 'ok');
    await expect(peer, 'set R 0 1', 'blocked');
    const waits = peer.ask('wait W 0 0');
    await other.end();
    assert.is(await waits, 'ok');
    await place.end();
  });

  unless(reason || noNative)(`random locks are answered as those of native programs [${way}]`, async () => {
    const place = new Place(way);
    // All are native on one file; on the other the third is wasi9p.
    fs.writeFileSync(`${place.root}/g`, '');
    const natives = [place.native('ofd', 'g'), place.native('posix', 'g'), place.native('ofd', 'g')];
    const mixed: Party[] = [place.native('ofd'), place.native('posix'), place.own()];
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    const counts: Record<string, number> = {};
    for (let i = 0; i < 1500; i++) {
      const who = random(3);
      const command = random(3) === 0 ? 'get' : 'set';
      const line = `${command} ${command === 'get' ? 'RW'[random(2)] : 'RWUU'[random(4)]} ${random(12)} ${random(6)}`;
      const [expected, ours] = [await natives[who]!.ask(line), await mixed[who]!.ask(line)];
      assert.is(anonymous(ours), anonymous(expected), `${i}: ${who}: ${line}`);
      counts[expected.slice(0, 4)] = (counts[expected.slice(0, 4)] ?? 0) + 1;
    }
    for (const answer of ['ok', 'bloc', 'free']) assert.ok(counts[answer]! > 100, JSON.stringify(counts));
    await place.end();
  });

  unless(reason)(`clients share what they both read, and each end leaves the rest locked [${way}]`, async () => {
    const place = new Place(way);
    const client = new RawClient(place.server);
    const [one, two] = [place.own(1, client), place.own(2, client)];
    const view = place.own(1, new RawClient(new Server(readOnly(place.backend), {}, place.server)), O_RDONLY);
    const peer = place.peer('wasi9p');
    await expect(one, 'set R 0 10', 'ok');
    await expect(two, 'set R 5 10', 'ok');
    await expect(view, 'set R 12 10', 'ok');
    await expect(one, 'set U 0 0', 'ok');
    await expect(peer, 'get W 0 0', 'R 5+17 by 0');
    await expect(two, 'close', 'ok');
    await expect(peer, 'get W 0 0', 'R 12+10 by 0');
    await expect(peer, 'set W 12 1', 'blocked');
    await view.end();
    await expect(peer, 'set W 0 0', 'ok');
    await place.end();
  });

  unless(reason)(
    `a request that waits for another process is cancelled by Tflush and by the end [${way}]`,
    async () => {
      const place = new Place(way);
      const peer = place.peer('wasi9p');
      await expect(peer, 'set W 0 0', 'ok');
      const own = place.own();
      const range = { fid: own.fid, ltype: LOCK_TYPE_WRLCK, start: 0, length: 1, proc_id: 1, client_id: 'host' };
      for (const tag of [20, 21]) own.client.wire.send('Tlock', { ...range, flags: LOCK_FLAGS_BLOCK }, tag);
      own.client.call('Tflush', { oldtag: 20 });
      assert.is(own.client.session.pending!.size, 1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      // A client in this process cannot wait.
      assert.is(own.client.call('Tlock', { ...range, flags: 0 }).status, LOCK_BLOCKED);
      own.client.session.close();
      // No timer is left: the leak check.
      await place.end();
    },
  );

  unless(reason)(`orphans, read-only directories, files without permissions, a closed backend [${way}]`, async () => {
    const place = new Place(way);
    const own = place.own();
    const peer = place.peer('wasi9p');
    await expect(peer, 'get W 0 0', 'free');
    fs.unlinkSync(`${place.root}/f`);
    await expect(own, 'set W 0 1', 'ok');
    await expect(peer, 'set R 0 1', 'blocked');
    fs.writeFileSync(`${place.root}/f`, '');
    const fresh = place.own();
    await expect(fresh, 'set W 0 1', 'ok');
    const only = hostDir(place.root, { way, readOnly: true });
    const server = new Server(only);
    const client = new RawClient(server);
    const range = { flags: 0, start: 0, length: 0, proc_id: 1, client_id: '' };
    const fid = client.open('f', O_RDONLY);
    const read = { fid, ltype: LOCK_TYPE_RDLCK, ...range };
    assert.is(client.call('Tlock', read).status, LOCK_BLOCKED);
    await expect(fresh, 'close', 'ok');
    assert.is(client.errno('Tlock', read), 0);
    const late = place.own();
    await expect(late, 'set W 0 1', 'blocked');
    only.close();
    await expect(late, 'set W 0 1', 'ok');
    assert.is(client.errno('Tlock', read), E.EIO);
    server.close();
    // A file that only its maker may write to.
    fs.writeFileSync(`${place.root}/sealed`, '', { mode: 0o444 });
    const sealed = late.client.open('sealed', process.getuid?.() === 0 ? O_RDWR : O_RDONLY);
    assert.is(late.client.errno('Tlock', { fid: sealed, ltype: LOCK_TYPE_RDLCK, ...range }), 0);
    await place.end();
  });
}

unless(NOT_LINUX)('without libc the locks stay inside the process', async () => {
  const place = new Place('proc');
  assert.is(place.backend.recordLocks, undefined);
  const [one, two] = [place.own(1), place.own(2)];
  await expect(one, 'set W 0 1', 'ok');
  await expect(two, 'set W 0 1', 'blocked');
  const peer = place.peer('wasi9p');
  await expect(peer, 'set W 0 1', 'ok');
  await place.end();
});

/** An answer without the process, which F_OFD_GETLK does not name. */
function anonymous(answer: string): string {
  return answer.replace(/ by \d+$/, '');
}

if (!serveParty()) test.run();
