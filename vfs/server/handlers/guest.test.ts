// The server of wasi9p/core: the messages it answers, and those that wait for the whole server.
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NAMES, TYPE } from '../../9p/codec.gen.ts';
import { O_RDWR } from '../../linux/constants.ts';
import { E } from '../../linux/errno.ts';
import { Attachment, guestServerFor } from '../../connect/attachment.ts';
import { serverForBackend } from '../../connect/backend-server.ts';
import { ram } from '../../backends/ram/index.ts';
import { getlock, lock, xattrwalk } from '../../client/rare-messages.ts';
import { RawClient } from '../../../testing/raw-client.ts';
import { GUEST_HANDLERS } from './guest.ts';
import { HANDLERS } from './index.ts';

test('each message of the client has a handler', () => {
  const text = readFileSync(new URL('../../client/client.ts', import.meta.url), 'utf8');
  const sent = [...text.matchAll(/TYPE\.(T\w+)/g)].map(([, name]) => TYPE[name as keyof typeof TYPE]);
  assert.ok(new Set(sent).size >= 18);
  for (const type of sent) assert.type(GUEST_HANDLERS[type], 'function', NAMES[type]);
});

test('each message that is not served is one of the whole server', () => {
  const rare = HANDLERS.flatMap((handler, type) => (handler && !GUEST_HANDLERS[type] ? [NAMES[type]] : []));
  assert.is(
    rare.join(' '),
    'Tstatfs Tmknod Trename Txattrwalk Txattrcreate Tlock Tgetlock Tauth Tflush Tremove',
    'a message whose handler is not in guest.ts is added here, too',
  );
  // On a wire an attach chooses an export, a listing ends in time, and a fid has a user, to whom new files belong.
  const others = GUEST_HANDLERS.flatMap((handler, type) =>
    handler && handler !== HANDLERS[type] ? [NAMES[type]] : [],
  );
  assert.equal(others.sort(), [
    ...['Tattach', 'Tclunk', 'Tlcreate', 'Tmkdir', 'Treaddir', 'Tsymlink', 'Tversion', 'Twalk'],
  ]);
});

/** The errnos of one rare message of each kind, in a session of this server. */
function rareErrnos(attachment: Attachment): number[] {
  const { client } = attachment;
  const fid = client.clone(client.root);
  assert.is(client.lcreate(fid, 'f', O_RDWR, 0o644), 0);
  const errnos = [
    lock(client, fid, 1, 0, 0, 1, 1, 'test'),
    getlock(client, fid, 1, 0, 1, 1, 'test'),
    -xattrwalk(client, client.root, 'user.none'),
  ];
  assert.is(client.unlinkat(client.root, 'f', 0), 0);
  assert.is(client.clunk(fid), 0);
  return errnos;
}

test('locks and attributes are ENOTSUP, until the whole server of the backend is asked for', () => {
  const backend = ram();
  const server = guestServerFor(backend);
  const first = new Attachment(server);
  assert.equal(rareErrnos(first), [E.ENOTSUP, E.ENOTSUP, E.ENOTSUP]);
  assert.is(serverForBackend(backend), server, 'one server, so that both see one set of orphans');
  const second = new Attachment(server);
  assert.equal(rareErrnos(second), [0, 0, E.ENODATA]);
  first.close();
  second.close();
  backend.close();
});

test('a connection answers every message', () => {
  const backend = ram();
  const c = new RawClient(guestServerFor(backend));
  assert.is(c.errno('Txattrwalk', { fid: 0, newfid: 5, name: 'user.none' }), E.ENODATA);
  c.wire.close();
  backend.close();
});

test.run();
