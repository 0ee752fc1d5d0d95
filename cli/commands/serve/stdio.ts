// `serve --listen stdio`: one client behind standard input and output.
import type { ByteStream, Service } from '../../../vfs/serve/index.ts';
import type { Endpoint } from './listener.ts';

/** Both streams as one. */
function duplex(): ByteStream {
  const { stdin, stdout } = process;
  let close: () => void = () => {};
  let isClosed = false;
  const destroy = (): void => {
    if (isClosed) return;
    isClosed = true;
    stdin.destroy();
    close();
  };
  stdout.on('error', destroy);
  return {
    on(event: string, listener: (...args: never[]) => void) {
      if (event === 'close') close = listener as () => void;
      else stdin.on(event, listener as never);
    },
    write: (bytes, done) => stdout.write(bytes, () => done()),
    end: (done) => stdout.write('', () => done()),
    destroy,
    pause: () => stdin.pause(),
    resume: () => stdin.resume(),
    get writableLength() {
      return stdout.writableLength;
    },
  };
}

/** Serves the client; `ended` settles when it is gone. */
export function listenOnStdio(service: Service): Endpoint {
  const client = service.attachStream(duplex());
  return {
    kind: 'stdio',
    host: '',
    port: 0,
    path: '',
    close: async () => {},
    ended: client?.closed ?? Promise.resolve(),
  };
}
