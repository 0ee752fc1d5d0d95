// Streams of a FileSystem beside those of node:fs: random options on the same files, and what each emits.
import type { EventEmitter } from 'node:events';
import * as nodeFs from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { ram } from '../../backends/ram/index.ts';
import { createFs, type FileSystem, type StreamOptions } from '../index.ts';
import { likeNodeAsync, onEachAsync } from '../testing.ts';

type Noted = unknown[];

/** Notes what a stream emits until it is closed. */
function emitted(stream: EventEmitter & { pending: boolean; destroyed: boolean }, closes = true): Promise<Noted> {
  const noted: Noted = [];
  return new Promise((done) => {
    const end = (): void => done([...noted, stream.pending, stream.destroyed]);
    stream.on('open', (fd: unknown) => noted.push(['open', typeof fd]));
    stream.on('ready', () => noted.push('ready'));
    stream.on('data', (chunk: unknown) => noted.push([typeof chunk, chunk instanceof Buffer, String(chunk)]));
    stream.on('finish', () => noted.push('finish'));
    stream.on('end', () => {
      noted.push('end');
      if (!closes) setImmediate(end);
    });
    stream.on('error', (error: NodeJS.ErrnoException) => {
      noted.push([error.name, error.code, error.syscall]);
      if (!closes) setImmediate(end);
    });
    stream.on('close', () => {
      noted.push('close');
      end();
    });
  });
}

const readOptions = fc.record(
  {
    start: fc.nat(25),
    end: fc.oneof(fc.nat(25), fc.constant(Number.POSITIVE_INFINITY)),
    highWaterMark: fc.integer({ min: 1, max: 9 }),
    encoding: fc.constantFrom('utf8', 'hex', 'latin1', null),
    autoClose: fc.constant(true),
    emitClose: fc.constant(true),
    flags: fc.constantFrom('r', 'r+', 'a+', 'w+', 'wx', 'w'),
    mode: fc.constant(0o640),
  },
  { requiredKeys: [] },
);
const writeOptions = fc.record(
  {
    start: fc.nat(25),
    highWaterMark: fc.integer({ min: 1, max: 9 }),
    encoding: fc.constantFrom('utf8', 'hex'),
    flags: fc.constantFrom('w', 'r+', 'a', 'wx', 'r', 'ax+'),
    mode: fc.constant(0o640),
    flush: fc.boolean(),
  },
  { requiredKeys: [] },
);
const paths = fc.constantFrom('file', 'dir', 'link', 'none', 'none/x', 'file/x', 'loop', 'empty');

function plant(fs: FileSystem, on: (path: string) => string): void {
  fs.writeFileSync(on('file'), 'one é two 😀 three');
  fs.writeFileSync(on('empty'), '');
  fs.mkdirSync(on('dir'));
  fs.symlinkSync('file', on('link'));
  fs.symlinkSync('loop', on('loop'));
}

likeNodeAsync('streams that read: random options', async (fs, on, call) => {
  plant(fs, on);
  for (const [path, options] of fc.sample(fc.tuple(paths, readOptions), { numRuns: 150, seed: 5 })) {
    await call(`${path} ${JSON.stringify(options)}`, async () => {
      const noted = await emitted(fs.createReadStream(on(path), options as StreamOptions) as never);
      return [noted, fs.readFileSync(on('file'), 'utf8')];
    });
    fs.rmSync(on('none'), { force: true });
    fs.writeFileSync(on('file'), 'one é two 😀 three');
  }
});

likeNodeAsync('streams that write: random options and chunks', async (fs, on, call) => {
  plant(fs, on);
  const runs = fc.tuple(paths, writeOptions, fc.array(fc.constantFrom('', 'ab', 'é', '0123456789', 'c0ffee')));
  for (const [path, options, chunks] of fc.sample(runs, { numRuns: 150, seed: 6 })) {
    await call(`${path} ${JSON.stringify([options, chunks])}`, async () => {
      const stream = fs.createWriteStream(on(path), options as StreamOptions);
      const noted = emitted(stream as never);
      for (const [i, chunk] of chunks.entries()) stream.write(i % 2 ? Buffer.from(chunk) : chunk, () => {});
      stream.end();
      const result = [await noted, stream.bytesWritten];
      return [result, ['file', 'none'].map((name) => fs.existsSync(on(name)) && fs.readFileSync(on(name), 'utf8'))];
    });
    fs.rmSync(on('none'), { force: true });
    fs.writeFileSync(on('file'), 'one é two 😀 three');
  }
});

likeNodeAsync('streams on a descriptor, left open or not', async (fs, on, call) => {
  plant(fs, on);
  for (const autoClose of [true, false]) {
    for (const range of [{}, { start: 2 }, { start: 2, end: 5 }, { end: 3 }]) {
      await call(`${autoClose} ${JSON.stringify(range)}`, async () => {
        const fd = fs.openSync(on('file'));
        fs.readSync(fd, new Uint8Array(1));
        const noted = await emitted(fs.createReadStream('ignored', { fd, autoClose, ...range }) as never, autoClose);
        const isOpen = ((): boolean => {
          try {
            return fs.fstatSync(fd).isFile();
          } catch {
            return false;
          }
        })();
        if (isOpen) fs.closeSync(fd);
        return [noted, isOpen];
      });
    }
  }
  await call('an fd that is none', () => emitted(fs.createReadStream('', { fd: 99_999 }) as never));
  await call('write at an offset of a descriptor', async () => {
    const fd = fs.openSync(on('file'), 'r+');
    const stream = fs.createWriteStream('', { fd, start: 4 });
    const noted = emitted(stream as never);
    stream.end('XYZ');
    return [await noted, fs.readFileSync(on('file'), 'utf8')];
  });
});

likeNodeAsync('bad arguments of streams', async (fs, on, call) => {
  plant(fs, on);
  const odd = [
    { start: -1 },
    { start: 1.5 },
    { start: 'a' },
    { start: 5, end: 2 },
    { end: -1 },
    { fd: -1 },
    { fd: 'a' },
  ];
  for (const options of [...odd, 5, { flags: 'zz' }, { encoding: 'none' }, { autoClose: 'x' }] as never[]) {
    for (const name of ['createReadStream', 'createWriteStream'] as const) {
      await call(`${name} ${JSON.stringify(options)}`, async () => {
        const stream = fs[name](on('file'), options);
        const noted = emitted(stream as never);
        (stream as { end?: () => void }).end?.();
        return noted;
      });
    }
  }
  for (const path of [5, null, undefined, 'a\0b', {}] as never[])
    await call(`path ${String(path)}`, () => emitted(fs.createReadStream(path) as never));
});

likeNodeAsync('streams that are aborted or destroyed', async (fs, on, call) => {
  plant(fs, on);
  await call('aborted after', async () => {
    const controller = new AbortController();
    const stream = fs.createReadStream(on('file'), { signal: controller.signal, highWaterMark: 2 });
    const noted = emitted(stream as never);
    stream.once('data', () => controller.abort());
    return noted;
  });
  await call('destroyed at once', async () => {
    const stream = fs.createReadStream(on('file'));
    const noted = emitted(stream as never);
    stream.destroy(new Error('enough'));
    return noted;
  });
  await call('left in the middle', async () => {
    for await (const chunk of fs.createReadStream(on('file'), { highWaterMark: 3, encoding: 'latin1' })) return chunk;
    return null;
  });
});

likeNodeAsync('handles: streams, lines, web streams', async (fs, on, call) => {
  fs.writeFileSync(on('lines'), 'one\r\ntwo\nthree\rfour\n\nlast');
  await call('lines', async () => {
    const handle = await fs.promises.open(on('lines'));
    const lines: string[] = [];
    for await (const line of handle.readLines({ highWaterMark: 3 })) lines.push(line);
    return [lines, handle.fd];
  });
  await call('part of the lines', async () => {
    const handle = await fs.promises.open(on('lines'));
    const lines: string[] = [];
    for await (const line of handle.readLines({ start: 2, end: 6 })) lines.push(line);
    return lines;
  });
  await call('a stream that reads', async () => {
    const handle = await fs.promises.open(on('lines'));
    let closed = 0;
    handle.on('close', () => closed++);
    const noted = await emitted(handle.createReadStream({ highWaterMark: 4 }) as never);
    return [noted, handle.fd, closed];
  });
  await call('a stream that does not close', async () => {
    const handle = await fs.promises.open(on('lines'));
    const noted = await emitted(handle.createReadStream({ autoClose: false, encoding: 'utf8' }) as never, false);
    await handle.close();
    return noted;
  });
  await call('a stream that writes', async () => {
    const handle = await fs.promises.open(on('out'), 'w');
    const stream = handle.createWriteStream({ encoding: 'hex' });
    const noted = emitted(stream as never);
    stream.end('616263');
    return [await noted, fs.readFileSync(on('out'), 'utf8'), handle.fd];
  });
  await call('a handle as fd', async () => {
    const handle = await fs.promises.open(on('lines'));
    return emitted(fs.createReadStream('', { fd: handle, start: 4 }) as never);
  });
  await call('a web stream', async () => {
    const handle = await fs.promises.open(on('lines'));
    const bytes: number[] = [];
    for await (const chunk of handle.readableWebStream({
      type: 'bytes',
    } as object) as never as AsyncIterable<Uint8Array>)
      bytes.push(...chunk);
    await handle.close();
    return bytes;
  });
  await call('a second web stream', async () => {
    const handle = await fs.promises.open(on('lines'));
    handle.readableWebStream({ type: 'bytes' } as object);
    try {
      handle.readableWebStream({ type: 'bytes' } as object);
    } finally {
      await handle.close();
    }
  });
  await call('a web stream of a closed handle', async () => {
    const handle = await fs.promises.open(on('lines'));
    await handle.close();
    handle.readableWebStream();
  });
});

test('a signal that has been aborted before: the file is closed, which Node 20 leaves open', async () => {
  await onEachAsync(async (fs) => {
    fs.writeFileSync('/f', 'x');
    for (const name of ['createReadStream', 'createWriteStream'] as const) {
      const noted = await emitted(fs[name]('/f', { signal: AbortSignal.abort() }) as never);
      assert.equal(noted.slice(-4, -2), [['AbortError', 'ABORT_ERR', undefined], 'close']);
      assert.is(noted.at(-1), true);
    }
  });
});

test('a file of 8 MiB through both streams, in turns that leave time for others', async () => {
  const fs = createFs(ram());
  const data = Buffer.alloc(8 << 20, 'wasi9p ');
  fs.writeFileSync('/from', data);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await pipeline(fs.createReadStream('/from') as never, fs.createWriteStream('/to') as never);
  clearInterval(timer);
  assert.ok(turns > 0);
  assert.ok(data.equals(fs.readFileSync('/to') as Buffer));
  fs.unmount();
});

test('ReadStream and WriteStream are classes', async () => {
  await onEachAsync(async (fs) => {
    fs.writeFileSync('/f', 'x');
    assert.ok(fs.ReadStream === fs.ReadStream);
    const stream = new fs.ReadStream('/f');
    assert.ok(stream instanceof fs.ReadStream);
    assert.ok(stream instanceof nodeFs.ReadStream);
    assert.not(stream instanceof fs.WriteStream);
    await emitted(stream.resume() as never);
  });
});

test('a handle that is closed ends its stream', async () => {
  const fs = createFs(ram());
  fs.writeFileSync('/f', 'x'.repeat(1 << 20));
  const handle = await fs.promises.open('/f');
  const stream = handle.createReadStream();
  const noted = emitted(stream as never);
  stream.pause();
  await handle.close();
  assert.equal((await noted).at(-1), true);
  assert.is(handle.listenerCount('close'), 0);
  fs.unmount();
});

test.run();
