// A server for hostile clients, and the raw frames that they send over TCP.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../backends/ram/index.ts';
import { O_CREAT, O_RDWR } from '../linux/constants.ts';
import { errnoName } from '../linux/errno.ts';
import { Server, type ServerOptions } from '../server/server.ts';
import { TcpService, type RawSocket } from './testing.ts';

/** The times of a Tsetattr that sets none. */
export const times = { atime_sec: 0, atime_nsec: 0, mtime_sec: 0, mtime_nsec: 0 };

/** A server with `d/`, `d/e/` and `f`, of 7 bytes. At the end a good client is still served, and nothing is left. */
export function attack(
  title: string,
  run: (c: RawSocket, tcp: TcpService, server: Server) => Promise<void>,
  options: ServerOptions = {},
): void {
  test(title, async () => {
    const server = new Server(ram(), { msize: 65_536, ...options });
    const tcp = await TcpService.start(server);
    try {
      const good = await (await tcp.connect()).begin();
      await good.errno('Tmkdir', { dfid: 0, name: 'd', mode: 0o755, gid: 0 });
      await good.errno('Twalk', { fid: 0, newfid: 1, wname: ['d'] });
      await good.errno('Tmkdir', { dfid: 1, name: 'e', mode: 0o755, gid: 0 });
      await good.errno('Twalk', { fid: 0, newfid: 2, wname: [] });
      await good.errno('Tlcreate', { fid: 2, name: 'f', flags: O_RDWR | O_CREAT, mode: 0o644, gid: 0 });
      await good.errno('Twrite', { fid: 2, offset: 0, data: new TextEncoder().encode('content') });
      const c = await (await tcp.connect()).begin();
      await run(c, tcp, server);
      assert.is(await good.errno('Tgetattr', { fid: 2, request_mask: 0 }), 'Rgetattr', 'others are served');
      await Promise.all([c.close(), good.close()]);
      await tcp.stop();
    } finally {
      tcp.abandon();
    }
  });
}

/** A frame with changed bytes; its size field counts it. */
export function changed(
  frame: Uint8Array,
  change: (view: DataView, bytes: Uint8Array) => Uint8Array | void,
): Uint8Array {
  const bytes = Uint8Array.from(frame);
  const made = change(new DataView(bytes.buffer), bytes) ?? bytes;
  new DataView(made.buffer).setUint32(0, made.length, true);
  return made;
}

/** Sends a raw frame: the name of the errno or of the reply, or `closed`. */
export async function raw(c: RawSocket, frame: Uint8Array): Promise<string> {
  c.send(frame);
  const reply = await c.next();
  if (reply === null) return 'closed';
  return reply.message === 'Rlerror' ? errnoName(reply.ecode) : reply.message;
}

/** Walks to a name with a new fid, and opens it. */
export async function open(c: RawSocket, fid: number, name: string, flags: number): Promise<void> {
  assert.is(await c.errno('Twalk', { fid: 0, newfid: fid, wname: [name] }), 'Rwalk');
  assert.is(await c.errno('Tlopen', { fid, flags }), 'Rlopen');
}

/** An Rwalk. */
export type Walked = { wqid: { path: bigint }[] };

/** The fields of a Tlock of a whole file. */
export const lock = (fid: number, ltype: number, proc_id: number, flags: number) => {
  return { fid, ltype, flags, start: 0, length: 0, proc_id, client_id: 'c' };
};
