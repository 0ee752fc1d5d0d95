// The helper thread of a guest's sockets: it listens, and moves bytes between the connections and the shared memory. The
// function is passed to the thread as text, so that no bundler has to find a file for it: it refers to nothing outside
// of itself.
import type * as Net from 'node:net';
import type * as Threads from 'node:worker_threads';
import type { ConnectionMemory, SocketHelperData, Listening, SocketOrder } from './shared.ts';

/**
 * Runs in the helper thread.
 * @param load `require` of the thread.
 */
export function helper(load: NodeJS.Require): void {
  const { parentPort, workerData } = load('node:worker_threads') as typeof Threads;
  const { addresses, words, sleeper, names, errnos } = workerData as SocketHelperData;
  const net = load('node:net') as typeof Net;
  const orders = parentPort!;

  /** A connection: it waits to be accepted as long as it has no memory. */
  interface Connection {
    readonly socket: Net.Socket;
    id: number;
    memory: ConnectionMemory | null;
    /** Received bytes that did not fit into the in-ring. */
    rest: Uint8Array | null;
    /** True while the socket takes bytes of the out-ring. */
    isSending: boolean;
    /** The guest sends no more. */
    isShut: boolean;
    isClosed: boolean;
    /** Bits of STATE and an errno that are set when `rest` is in the ring. */
    state: number;
    error: number;
  }

  const servers: Net.Server[] = [];
  const pending: Connection[][] = addresses.map(() => []);
  const connections = new Map<number, Connection>();
  let isEnding = false;

  /** Wakes the guest's thread. */
  const ring = (): void => {
    Atomics.add(words, names.BELL, 1);
    Atomics.notify(words, names.BELL);
    Atomics.notify(sleeper, 0);
  };

  const leave = (): void => {
    Atomics.store(words, names.ENDED, 1);
    ring();
    orders.close();
  };

  /** Forgets a connection that both the guest and the socket have closed. */
  const forget = (c: Connection): void => {
    if (c.memory === null || !c.isClosed || !c.socket.destroyed) return;
    connections.delete(c.id);
    Atomics.store(c.memory.words, names.FREE, 1);
    // It may be another connection's from now on.
    c.memory = null;
    if (isEnding && connections.size === 0) leave();
  };

  /** Says what has happened to the connection since the last time. */
  const report = (c: Connection): void => {
    if (c.memory === null) return;
    const shared = c.memory.words;
    if (c.error !== 0) Atomics.store(shared, names.ERROR, c.error);
    c.error = 0;
    // Bytes that are left are read before the end.
    Atomics.or(shared, names.STATE, c.rest === null ? c.state : (c.state & names.OVER) | names.MORE);
    if (c.rest === null) Atomics.and(shared, names.STATE, ~names.MORE);
    ring();
  };

  /** Copies bytes into the in-ring; the number of those that fitted. */
  const put = ({ words: shared, input }: ConnectionMemory, bytes: Uint8Array): number => {
    const head = Atomics.load(shared, names.IN_HEAD);
    const room = names.ROOM - ((head - Atomics.load(shared, names.IN_TAIL)) | 0);
    const count = Math.min(room, bytes.length);
    const at = head & (names.ROOM - 1);
    const first = Math.min(count, names.ROOM - at);
    input.set(bytes.subarray(0, first), at);
    input.set(bytes.subarray(first, count), 0);
    Atomics.store(shared, names.IN_HEAD, (head + count) | 0);
    return count;
  };

  /** Moves what is left to the in-ring, and reads on if that is all. */
  const fill = (c: Connection): void => {
    const { memory, rest, socket } = c;
    if (memory === null) return;
    if (rest !== null) {
      // First: the guest takes bytes, and looks at this word then.
      Atomics.store(memory.words, names.IN_STOPPED, 1);
      const left = rest.subarray(put(memory, rest));
      c.rest = left.length > 0 ? left : null;
      if (c.rest === null) Atomics.store(memory.words, names.IN_STOPPED, 0);
    }
    report(c);
    if (c.rest !== null) socket.pause();
    else if (socket.isPaused()) socket.resume();
  };

  const arrived = (c: Connection, bytes: Uint8Array): void => {
    // The guest reads no more.
    if (c.isClosed) return;
    c.rest = c.rest === null ? bytes : Buffer.concat([c.rest, bytes]);
    fill(c);
  };

  /** Passes bytes of the out-ring to the socket, one piece after another; then does what waits for it. */
  const send = (c: Connection): void => {
    const { memory, socket } = c;
    if (memory === null || c.isSending || socket.destroyed) return;
    const { words: shared, output } = memory;
    for (;;) {
      const tail = Atomics.load(shared, names.OUT_TAIL);
      const count = (Atomics.load(shared, names.OUT_HEAD) - tail) | 0;
      if (count > 0) {
        const at = tail & (names.ROOM - 1);
        const bytes = output.slice(at, Math.min(at + count, names.ROOM));
        c.isSending = true;
        socket.write(bytes, () => {
          c.isSending = false;
          send(c);
        });
        Atomics.store(shared, names.OUT_TAIL, (tail + bytes.length) | 0);
        ring();
        return;
      }
      // The guest may have put bytes there before it could see this.
      Atomics.store(shared, names.OUT_IDLE, 1);
      if (Atomics.load(shared, names.OUT_HEAD) === tail || Atomics.exchange(shared, names.OUT_IDLE, 0) === 0) break;
    }
    if (c.isClosed) socket.end(() => socket.destroy());
    else if (c.isShut) socket.end();
  };

  const connected = (listener: number, socket: Net.Socket): void => {
    const waiting = pending[listener]!;
    const c: Connection = {
      ...{ socket, id: -1, memory: null, rest: null, isSending: false, isShut: false, isClosed: false },
      ...{ state: 0, error: 0 },
    };
    socket.on('error', (error: NodeJS.ErrnoException) => {
      c.error = errnos[error.code ?? ''] ?? errnos['EIO']!;
    });
    socket.on('end', () => {
      c.state |= names.AT_END;
      report(c);
    });
    socket.on('close', () => {
      c.state |= names.AT_END | names.OVER;
      report(c);
      forget(c);
    });
    if (waiting.length >= names.PENDING_MAX) {
      socket.destroy();
      return;
    }
    waiting.push(c);
    Atomics.add(words, names.PENDING + listener, 1);
    ring();
  };

  const accept = (listener: number, id: number, memory: ConnectionMemory): void => {
    const c = pending[listener]!.shift()!;
    c.id = id;
    c.memory = memory;
    connections.set(id, c);
    c.socket.on('data', (bytes) => arrived(c, bytes as Uint8Array));
    fill(c);
  };

  const close = (c: Connection): void => {
    c.isClosed = true;
    c.rest = null;
    // Bytes that come now are dropped.
    c.socket.resume();
    send(c);
    forget(c);
  };

  const unlisten = (listener: number): void => {
    servers[listener]!.close();
    for (const { socket } of pending[listener]!.splice(0)) socket.destroy();
  };

  const obey = (order: SocketOrder): void => {
    if (order.kind === 'accept') accept(order.listener, order.id, order.memory);
    else if (order.kind === 'unlisten') unlisten(order.listener);
    else if (order.kind === 'end') {
      isEnding = true;
      for (const listener of servers.keys()) unlisten(listener);
      for (const c of connections.values()) close(c);
      if (connections.size === 0) leave();
    } else {
      const c = connections.get(order.id);
      if (c === undefined) return;
      if (order.kind === 'more') fill(c);
      else if (order.kind === 'close') close(c);
      else {
        if (order.kind === 'shutdown') c.isShut = true;
        send(c);
      }
    }
  };

  const listen = async (): Promise<Listening> => {
    const bound: { host: string; port: number }[] = [];
    for (const [i, { host, port }] of addresses.entries()) {
      const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => connected(i, socket));
      servers.push(server);
      try {
        await new Promise<void>((resolve, reject) => {
          server.once('error', reject);
          server.listen({ host, port }, resolve);
        });
      } catch (error) {
        const { code = '', message } = error as NodeJS.ErrnoException;
        for (const made of servers) made.close();
        return { failed: i, code, message };
      }
      server.removeAllListeners('error');
      // Such as EMFILE: the client waits, as with Linux.
      server.on('error', () => undefined);
      const { address, port: actual } = server.address() as Net.AddressInfo;
      bound.push({ host: address, port: actual });
    }
    return { addresses: bound };
  };

  process.on('uncaughtException', leave);
  orders.on('message', obey);
  void listen().then((answer) => {
    orders.postMessage(answer, []);
    if ('failed' in answer) orders.close();
  });
}
