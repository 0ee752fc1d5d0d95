// The helper thread of a wire: it opens the socket, and moves bytes between it and the shared memory. The function is passed
// to the thread as text, so that no bundler has to find a file for it: it refers to nothing outside of itself.
import type * as Modules from 'node:module';
import type * as Net from 'node:net';
import type * as Tls from 'node:tls';
import type * as Threads from 'node:worker_threads';
import type { HelperData } from './shared.ts';

/** The requests of the client's thread, which come as messages. */
export type Order = 'read' | 'more' | 'write' | 'close';

/**
 * Runs in the helper thread.
 * @param load `require` of the thread.
 */
export function helper(load: NodeJS.Require): void {
  const { parentPort, workerData } = load('node:worker_threads') as typeof Threads;
  const { address, words, input, output, reason, base, port, names } = workerData as HelperData;
  const orders = parentPort!;
  /** Received bytes that are not in the in-buffer yet. */
  const queue: Uint8Array[] = [];
  let isOver = false;

  /** An open wire, of any kind. */
  interface Socket {
    /** Sends bytes, which it may keep. */
    write(bytes: Uint8Array): void;
    /** Lets more bytes come; they go to `arrived`. */
    resume(): void;
    /** Ends the wire: what was written is sent. */
    close(): void;
  }
  let socket: Socket | null = null;

  /** Ends the wire, for a reason that the client may show. */
  const end = (why: string): void => {
    if (isOver) return;
    isOver = true;
    const { written } = new TextEncoder().encodeInto(why, new Uint8Array(reason.length));
    reason.set(new TextEncoder().encode(why).subarray(0, written));
    Atomics.store(words, names.REASON, written);
    Atomics.store(words, names.STATE, names.OVER);
    // Bytes that have come before stay for the client.
    Atomics.compareExchange(words, names.IN, 0, -1);
    Atomics.store(words, names.OUT, -1);
    for (const word of [names.STATE, names.IN, names.OUT]) Atomics.notify(words, word);
    if (queue.length === 0) leave();
  };

  /** Lets the thread end. */
  const leave = (): void => {
    socket?.close();
    orders.close();
  };

  const opened = (made: Socket, descriptor: number): void => {
    socket = made;
    Atomics.store(words, names.DESCRIPTOR, descriptor + 1);
    Atomics.store(words, names.STATE, names.OPEN);
    Atomics.notify(words, names.STATE);
  };

  /** Moves bytes from the queue to the in-buffer, if that is empty. */
  const fill = (): void => {
    if (queue.length === 0) return;
    // First: the client empties the in-buffer, and looks at this word then.
    Atomics.store(words, names.MORE, 1);
    if (Atomics.load(words, names.IN) > 0) return;
    let at = 0;
    while (queue.length > 0 && at < input.length) {
      const [first] = queue as [Uint8Array];
      const part = first.subarray(0, input.length - at);
      input.set(part, at);
      at += part.length;
      if (part.length === first.length) queue.shift();
      else queue[0] = first.subarray(part.length);
    }
    Atomics.store(words, names.MORE, queue.length > 0 ? 1 : 0);
    Atomics.store(words, names.IN, at);
    Atomics.notify(words, names.IN);
    if (isOver && queue.length === 0) leave();
  };

  const arrived = (bytes: Uint8Array): void => {
    queue.push(bytes);
    fill();
  };

  const take = (): void => {
    const length = Atomics.load(words, names.OUT);
    if (length <= 0) return;
    const bytes = output.slice(0, length);
    if (Atomics.compareExchange(words, names.OUT, length, 0) === length) Atomics.notify(words, names.OUT);
    socket?.write(bytes);
  };

  orders.on('message', (order: Order) => {
    if (order === 'write') take();
    else if (order === 'close') {
      end('closed');
      leave();
    } else if (order === 'more') fill();
    else socket?.resume();
  });

  const openSocket = (): void => {
    const net = load('node:net') as typeof Net;
    const to =
      address.kind === 'unix'
        ? { path: address.path }
        : { host: (address as { host: string }).host, port: (address as { port: number }).port };
    const stream = net.connect({
      ...to,
      noDelay: true,
      onread: {
        buffer: new Uint8Array(input.length),
        callback(count, buffer) {
          arrived(buffer.slice(0, count));
          // One piece for each order: between two of them the client may read itself.
          return false;
        },
      },
    });
    // Nothing is read before the client asks for it.
    stream.pause();
    stream.on('connect', () => {
      const { fd = -1 } = ((stream as unknown as { _handle?: { fd?: number } })._handle ?? {}) as { fd?: number };
      opened(
        { write: (bytes) => stream.write(bytes), resume: () => stream.resume(), close: () => stream.destroy() },
        fd,
      );
    });
    stream.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    stream.on('end', () => end('the server has closed the connection'));
    stream.on('close', () => end('the connection is closed'));
  };

  /** Over TLS the bytes come as they do: this side asks for all that is sent. */
  const openTls = (): void => {
    const { host, port: at, pem = {} } = address as { host: string; port: number; pem?: Tls.SecureContextOptions };
    const { isIP } = load('node:net') as typeof Net;
    // An address is no name of a server; its certificate must have the address.
    const name = isIP(host) === 0 ? { servername: host } : {};
    const stream = (load('node:tls') as typeof Tls).connect({ host, port: at, ...name, ...pem });
    stream.setNoDelay(true);
    stream.on('secureConnect', () =>
      opened({ write: (bytes) => stream.write(bytes), resume: () => undefined, close: () => stream.destroy() }, -1),
    );
    stream.on('data', (chunk: Uint8Array) => arrived(chunk));
    stream.on('error', (error: NodeJS.ErrnoException) =>
      end(`${error.message}${error.code ? ` (${error.code})` : ''}`),
    );
    stream.on('end', () => end('the server has closed the connection'));
    stream.on('close', () => end('the connection is closed'));
  };

  /** Cuts what is written into messages of 9P: a WebSocket and a port carry one each. */
  const whole = (send: (message: Uint8Array) => void): ((bytes: Uint8Array) => void) => {
    let rest = new Uint8Array(0);
    return (bytes) => {
      const all = new Uint8Array(rest.length + bytes.length);
      all.set(rest);
      all.set(bytes, rest.length);
      let at = 0;
      const view = new DataView(all.buffer);
      while (all.length - at >= 4 && view.getUint32(at, true) <= all.length - at) {
        const size = view.getUint32(at, true);
        send(all.slice(at, at + size));
        at += size;
      }
      rest = all.slice(at);
    };
  };

  const openWebSocket = (): void => {
    const { url, pem = {} } = address as { url: string; pem?: object };
    const hasFiles = Object.keys(pem).length > 0;
    // That of the runtime knows no files.
    let Kind = hasFiles ? undefined : (globalThis as { WebSocket?: typeof WebSocket }).WebSocket;
    for (const from of [base, `file://${process.cwd()}/`]) {
      try {
        Kind ??= (load('node:module') as typeof Modules).createRequire(from)('ws') as typeof WebSocket;
      } catch {
        // The package is not installed there.
      }
    }
    if (Kind === undefined) {
      const what = hasFiles
        ? 'the WebSocket of this runtime takes no ca, cert and key'
        : 'this runtime has no WebSocket';
      end(`${what}, and the package ws is not installed: npm install ws`);
      return;
    }
    const made = new (Kind as unknown as new (url: string, protocol: string, options?: object) => WebSocket)(
      url,
      '9p',
      ...(hasFiles ? [pem] : []),
    );
    made.binaryType = 'arraybuffer';
    const on = made.addEventListener.bind(made) as (
      type: string,
      act: (event: { data?: unknown; message?: string }) => void,
    ) => void;
    const send = whole((message) => made.send(message as Uint8Array<ArrayBuffer>));
    on('open', () => opened({ write: send, resume: () => undefined, close: () => made.close() }, -1));
    on('message', ({ data }) => {
      if (data instanceof ArrayBuffer) arrived(new Uint8Array(data));
      else end('the server has sent text: it is not a 9P server');
    });
    on('error', ({ message }) => end(message ?? 'the connection has failed'));
    on('close', () => end('the server has closed the connection'));
  };

  const openPort = (): void => {
    const given = port as Threads.MessagePort;
    given.on('message', (message: unknown) => {
      if (message instanceof Uint8Array) arrived(message);
      else if (message instanceof ArrayBuffer) arrived(new Uint8Array(message));
      else end('the port has sent something that is not a 9P message');
    });
    given.on('close', () => end('the other side has closed the port'));
    opened(
      {
        write: whole((message) => given.postMessage(message, [])),
        resume: () => undefined,
        close: () => given.close(),
      },
      -1,
    );
  };

  try {
    if (address.kind === 'ws') openWebSocket();
    else if (address.kind === 'port') openPort();
    else if (address.kind === 'tls') openTls();
    else openSocket();
  } catch (error) {
    end(error instanceof Error ? error.message : String(error));
  }
}
