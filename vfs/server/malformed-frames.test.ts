// Random and malformed frames, failing backends and cut connections: the server stays alive and leaks nothing.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { O_RDONLY, O_RDWR } from '../linux/constants.ts';
import { decodeFrame, type Frame } from '../9p/schema/interpret.ts';
import { ROWS } from '../9p/schema/rows.ts';
import { MemfsStore } from '../../testing/memfs-store.ts';
import { type RawClient, ROOT, Wire } from '../../testing/raw-client.ts';
import { anyBroken, anyGood, anyVersion, recording } from './requests-testing.ts';

const CAPACITY = 1 << 20;

const anySteps = fc.array(
  fc.record({
    who: fc.nat(1),
    bytes: fc.oneof(
      { weight: 200, arbitrary: anyGood },
      { weight: 6, arbitrary: anyBroken },
      { weight: 1, arbitrary: anyVersion },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    ),
  }),
  { minLength: 20, maxLength: 120 },
);

/** A client of the small messages, with some fids: two files, one of them open, and two directories, one open. */
function begin(store: MemfsStore): RawClient {
  const c = store.client(8192);
  for (const name of ['a', 'd']) c.errno('Tmkdir', { dfid: ROOT, name, mode: 0o755, gid: 0 });
  c.errno('Tmknod', { dfid: ROOT, name: 'b', mode: 0o644, major: 0, minor: 0, gid: 0 });
  for (const [i, name] of ['a', 'd', 'b', 'b'].entries()) {
    c.errno('Twalk', { fid: ROOT, newfid: i + 1, wname: [name] });
    if (i % 2 === 1) c.errno('Tlopen', { fid: i + 1, flags: name === 'b' ? O_RDWR : O_RDONLY });
  }
  return c;
}

function reply(c: RawClient, bytes: Uint8Array): Frame | null {
  const answer = c.frame(bytes);
  if (answer === null) return null;
  assert.ok(answer.length <= (c.session.msize || CAPACITY), 'no answer is longer than msize');
  return decodeFrame(answer);
}

test('whatever two clients send is answered or ends the connection, and leaves nothing', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const store = new MemfsStore({ capacity: CAPACITY, msize: CAPACITY, maxFids: 100 });
      const clients = [begin(store), begin(store)];
      for (const { who, bytes } of steps) {
        const answer = reply(clients[who]!, bytes);
        if (answer === null || answer.message === 'Rversion') {
          clients[who]!.session.close();
          clients[who] = begin(store);
        }
        if (answer !== null && answer.message !== 'Rlerror') assert.is(answer.message.slice(1), nameOf(bytes).slice(1));
        const { sessions, fids, inodes, orphans } = store.server.inspect();
        assert.is(sessions, 2);
        assert.ok(fids <= 200 && inodes <= fids && orphans <= inodes);
      }
      store.rest();
    }),
    { numRuns: 250 },
  );
});

function nameOf(bytes: Uint8Array): string {
  return ROWS.find(({ type }) => type === bytes[4])!.name;
}

test('reclamation that fails at random delays the end, and loses nothing', () => {
  fc.assert(
    fc.property(fc.array(anyGood, { minLength: 20, maxLength: 80 }), fc.array(fc.boolean()), (frames, luck) => {
      const store = new MemfsStore({ capacity: CAPACITY });
      const c = begin(store);
      let at = 0;
      store.faults.reclaim = () => (luck[at++ % luck.length] === true ? 5 : undefined);
      for (const bytes of frames) reply(c, bytes);
      delete store.faults.reclaim;
      store.rest();
    }),
    { numRuns: 100 },
  );
});

test('the connection cut at every byte frees all fids and orphans', () => {
  const frames = recording();
  let most = 0;
  for (let last = 0; last < frames.length; last++) {
    const bytes = frames[last]!;
    for (let cut = 0; cut < bytes.length; cut++) {
      // To the server a cut inside a message is a short frame, or the end of the session.
      for (const end of ['frame', 'close']) {
        const store = new MemfsStore();
        const session = new Wire(store.server);
        const other = store.client();
        for (const frame of frames.slice(0, last)) assert.ok(session.frame(frame) !== null);
        most = Math.max(most, store.server.inspect().orphans);
        if (end === 'close') session.close();
        else assert.is(session.frame(bytes.subarray(0, cut)), null);
        const { sessions, fids, orphans } = store.server.inspect();
        assert.equal([sessions, fids, orphans], [1, 1, 0]);
        other.session.close();
        store.rest();
      }
    }
  }
  assert.is(most, 2, 'there were orphans to free');
});

test.run();
