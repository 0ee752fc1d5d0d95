// The observers of a service print, count and capture the messages of all its clients, also late replies.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeFrame, encodeFrame } from '../../vfs/9p/schema/interpret.ts';
import type { Fields } from '../../vfs/9p/schema/types.ts';
import type { Name } from '../../vfs/9p/schema/messages.ts';
import { NOFID, NOTAG, VERSION } from '../../vfs/9p/constants.ts';
import { O_CREAT, O_RDWR } from '../../vfs/linux/constants.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { Server } from '../../vfs/server/server.ts';
import { Service } from '../../vfs/serve/index.ts';
import { wireCapture, wireStats, wireTrace } from './wire.ts';

type Request = Extract<Name, `T${string}`>;
/** Sends one request, and returns the name of its reply; null if there is none yet. */
type Send = <N extends Request>(name: N, fields: Fields<N>, tag?: number) => string | null;

const F_WRLCK = 1;
const F_UNLCK = 2;
const BLOCK = 1;

/** Begins a client that is attached to the service as fid 0. */
function client(service: Service): Send {
  const call = service.handle9p();
  const send: Send = (name, fields, tag = 1) => {
    let reply: string | null = null;
    call(encodeFrame(name, { tag, ...fields }), (bytes) => (reply = decodeFrame(bytes).message));
    return reply;
  };
  assert.is(send('Tversion', { msize: 8192, version: VERSION }, NOTAG), 'Rversion');
  assert.is(send('Tattach', { fid: 0, afid: NOFID, uname: '', aname: '', n_uname: 0 }), 'Rattach');
  return send;
}

/** Runs a function with a service, which is closed afterwards and must be at rest. */
function served(run: (service: Service) => void): void {
  const backend = ram();
  const server = new Server(backend);
  const service = new Service(server);
  run(service);
  service.close();
  assert.is(server.inspect().sessions, 0);
  server.close();
  backend.close();
}

function lock(type: number, flags: number, proc_id: number): Fields<'Tlock'> {
  return { fid: 0, ltype: type, flags, start: 0, length: 0, proc_id, client_id: 'c' };
}

test('a trace: each message of each client, with its number, and the end', () => {
  const lines: string[] = [];
  served((service) => {
    service.observers.add(wireTrace((line) => lines.push(line)));
    const [one, two] = [client(service), client(service)];
    assert.is(one('Tmkdir', { dfid: 0, name: 'd', mode: 0o755, gid: 0 }), 'Rmkdir');
    assert.is(two('Twalk', { fid: 0, newfid: 1, wname: ['none'] }), 'Rlerror');
  });
  assert.match(lines[0]!, /^\[1\] Tversion tag=NOTAG msize=8192 version="9P2000.L"$/);
  assert.match(lines[4]!, /^\[2\] Tversion /);
  assert.match(lines[8]!, /^\[1\] Tmkdir tag=1 dfid=0 name="d" /);
  assert.match(lines[9]!, /^\[1\] Rmkdir tag=1 qid=/);
  assert.equal(lines.slice(10), [
    '[2] Twalk tag=1 fid=0 newfid=1 wname=["none"]',
    '[2] Rlerror tag=1 ecode=ENOENT',
    '[1] closed',
    '[2] closed',
  ]);
});

test('a trace of some messages has their replies; with time, both times', () => {
  const lines: string[] = [];
  served((service) => {
    service.observers.add(wireTrace((line) => lines.push(line), { only: ['Twalk', 'Rlerror'], time: true }));
    const send = client(service);
    send('Twalk', { fid: 0, newfid: 1, wname: [] });
    send('Tclunk', { fid: 9 });
  });
  assert.is(lines.length, 3);
  assert.match(lines[0]!, /^\d+\.\d{6} \[1\] Twalk tag=1 fid=0 newfid=1 wname=\[\]$/);
  assert.match(lines[1]!, /^\d+\.\d{6} \[1\] Rwalk tag=1 wqid=\[\] <\d+\.\d{6}>$/);
  assert.match(lines[2]!, /Rlerror tag=1 ecode=EBADF </);
});

test('counts: errors, and a lock that waits when its reply comes', () => {
  const stats = wireStats();
  served((service) => {
    service.observers.add(stats);
    const [one, two] = [client(service), client(service)];
    for (const send of [one, two]) {
      assert.is(send('Tlcreate', { fid: 0, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }), 'Rlcreate');
    }
    assert.is(one('Tlock', lock(F_WRLCK, BLOCK, 1)), 'Rlock');
    assert.is(two('Tlock', lock(F_WRLCK, BLOCK, 2), 7), null);
    assert.is(stats.messages.get('Tlock')!.calls, 1);
    assert.is(one('Tlock', lock(F_UNLCK, 0, 1)), 'Rlock');
    assert.is(stats.messages.get('Tlock')!.calls, 3);
    assert.is(one('Tclunk', { fid: 5 }), 'Rlerror');
  });
  const { calls, errors } = stats.messages.get('Tclunk')!;
  assert.equal([calls, errors], [1, 1]);
  assert.match(stats.report().join('\n'), /usecs\/call {5}calls {4}errors message\n[^]* 3 +Tlock\n[^]*total$/);
});

test('a capture: whole messages in both directions, and the end of each connection', () => {
  const parts: Uint8Array[] = [];
  served((service) => {
    service.observers.add(wireCapture((bytes) => parts.push(bytes.slice())));
    const send = client(service);
    assert.is(send('Tlcreate', { fid: 0, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 }), 'Rlcreate');
    assert.is(send('Twrite', { fid: 0, offset: 0, data: new TextEncoder().encode('a payload') }), 'Rwrite');
    assert.is(send('Tread', { fid: 0, offset: 0, count: 100 }), 'Rread');
  });
  const text = Buffer.concat(parts).toString('latin1');
  assert.is(text.split('a payload').length, 3, 'in Twrite and in Rread');
  assert.is(text.split('9P2000.L').length, 3, 'in Tversion and in Rversion');
});

test('bad options are refused', () => {
  assert.throws(() => wireTrace('x' as never), /"write" must be function/);
  assert.throws(() => wireTrace(() => {}, { only: ['Tnone'] }), /"options.only"/);
  assert.throws(() => wireCapture(1 as never), /"write" must be function/);
});

test.run();
