// A server over a memfs volume whose every call is checked.
import { Volume } from 'memfs';
import type { Core, CoreLink, CoreNode } from '../vfs/backends/memfs/core.ts';
import { MemfsBackend } from '../vfs/backends/memfs/backend.ts';
import { Server, type ServerOptions } from '../vfs/server/server.ts';
import * as assert from './assert.ts';
import { assertAtRest } from './at-rest.ts';
import { CheckedBackend, isOnPurpose } from './checked-backend.ts';
import { RawClient } from './raw-client.ts';

export interface MemfsStoreOptions extends ServerOptions {
  volume?: Volume;
  /** Bytes that the volume may hold. */
  capacity?: number;
}

/** A server over a memfs volume, and the check of its backend. */
export class MemfsStore {
  readonly volume: Volume;
  readonly server: Server;
  readonly checked: CheckedBackend;

  constructor({ volume = new Volume(), capacity = Infinity, ...options }: MemfsStoreOptions = {}) {
    this.volume = volume;
    this.checked = new CheckedBackend(new MemfsBackend(this.volume, { capacity }));
    this.server = new Server(this.checked.backend, options);
    this.server.observers.add({
      fault: (thrown) => {
        if (!isOnPurpose(thrown)) this.checked.violations.push(`threw ${thrown}`);
      },
    });
  }

  get faults(): CheckedBackend['faults'] {
    return this.checked.faults;
  }

  get reclaimed(): CheckedBackend['reclaimed'] {
    return this.checked.reclaimed;
  }

  client(msize?: number): RawClient {
    return new RawClient(this.server, msize);
  }

  /** Ends all sessions and checks that nothing is left of them. */
  rest(): void {
    this.server.close();
    assertAtRest(this.server);
    this.checked.rest();
    const core = this.volume._core as unknown as Core;
    const kept = Object.values(core.inodes).filter((node) => !reachable(core.root).has(node));
    assert.is(kept.length, 0, 'nodes of the volume without a name');
  }
}

function reachable(link: CoreLink, nodes = new Set<CoreNode>()): Set<CoreNode> {
  nodes.add(link.getNode());
  for (const [name, child] of link.children) {
    if (child !== undefined && name !== '.' && name !== '..') reachable(child, nodes);
  }
  return nodes;
}
