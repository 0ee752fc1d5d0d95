// Requests of a remote session that take names away: an open file becomes an orphan, and an old server is asked by fid.
import type { Message } from '../../9p/codec.gen.ts';
import type { Client } from '../../client/client.ts';
import { OWN_FIDS, type Fids } from './fids.ts';
import { NameRequests, removeByFid, renameByFid } from './old-servers.ts';
import type { Orphan, RemoteOrphans } from './orphans.ts';
import { answer, refuse } from './replies.ts';

/** Sends a request without a payload and waits for its reply. Returns 0 or an errno. */
type Send = (t: Message, r: Message) => number;

/** Tunlinkat and Trenameat of a session. */
export class RemoteNames {
  private readonly send: Send;
  private readonly client: Client;
  private readonly fids: Fids;
  private readonly orphans: RemoteOrphans;
  private readonly requests = new NameRequests();

  /** @param client Sends the requests of our own. */
  constructor(send: Send, client: Client, fids: Fids, orphans: RemoteOrphans) {
    this.send = send;
    this.client = client;
    this.fids = fids;
    this.orphans = orphans;
  }

  /** True if the file of a request has no name for the client. */
  isNameless(t: Message): boolean {
    return t.fid < OWN_FIDS && (this.fids.get(t.fid)?.orphan ?? null) !== null;
  }

  unlink(t: Message, r: Message): number {
    const { dfid, name, flags } = t;
    if (flags === 0 && dfid < OWN_FIDS) {
      const orphan = this.orphans.hide(dfid, name);
      if (typeof orphan === 'number') return refuse(t, r, orphan);
      if (orphan !== null) return answer(t, r);
    }
    const errno = this.requests.send(
      () => this.send(t, r),
      () => removeByFid(this.client, dfid, name, flags),
    );
    return errno === 0 ? answer(t, r) : refuse(t, r, errno);
  }

  rename(t: Message, r: Message): number {
    const { olddirfid, oldname, newdirfid, newname } = t;
    let orphan: Orphan | null | number = null;
    if (olddirfid < OWN_FIDS) {
      orphan = this.orphans.hide(newdirfid, newname, { dir: olddirfid, name: oldname });
      if (typeof orphan === 'number') return refuse(t, r, orphan);
    }
    const errno = this.requests.send(
      () => this.send(t, r),
      () => renameByFid(this.client, olddirfid, oldname, newdirfid, newname),
    );
    if (errno !== 0 && orphan !== null) this.orphans.restore(orphan, newdirfid, newname);
    return errno === 0 ? answer(t, r) : refuse(t, r, errno);
  }
}
