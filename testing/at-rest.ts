// Checks that nothing is left on a server.
import type { Inspection, Server } from '../vfs/server/server.ts';
import * as assert from './assert.ts';

/** `inspect()` of a server on which nothing is alive. */
export const AT_REST: Inspection = { sessions: 0, fids: 0, inodes: 0, orphans: 0, reclaiming: 0, bytes: 0 };

/** Fails if a server has sessions, fids or inodes to reclaim. Guests, attachments and clients are closed before. */
export function assertAtRest(server: Server): void {
  assert.equal(server.inspect(), AT_REST, 'the server is not at rest');
}
