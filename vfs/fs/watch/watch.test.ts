// watch, watchFile and promises.watch: beside node:fs on Linux (inotify), and with guests and several trees.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { AT_REST } from '../../../testing/at-rest.ts';
import { TestGuest } from '../../../testing/test-guest.ts';
import { ram } from '../../backends/ram/index.ts';
import { Attachment, serverFor } from '../../connect/server-for.ts';
import { Namespace } from '../../namespace/index.ts';
import { createFs, type FileSystem, type WatchOptions } from '../index.ts';
import { likeNodeAsync } from '../testing.ts';
import { MAX_EVENTS } from './fs-watcher.ts';

type Event = string;

/** Long enough for the events of the kernel. */
const pause = (ms = 30): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Each event once: the kernel joins those that are equal and not read yet, so that their number is a matter of time. */
function distinct(events: Event[]): Event[] {
  return [...new Set(events)].sort();
}

/** The events while something is done. */
async function during(fs: FileSystem, path: string, act: () => unknown, options: WatchOptions = {}): Promise<Event[]> {
  const events: Event[] = [];
  const watcher = fs.watch(path, options, (type, name) => events.push(`${type} ${name}`));
  try {
    await act();
    await pause();
  } finally {
    watcher.close();
  }
  return events;
}

type Step = (fs: FileSystem, on: (path: string) => string) => unknown;

/** Steps, some of which fail. */
const STEPS: readonly Step[] = [
  (fs, on) => fs.writeFileSync(on('d/a'), 'one'),
  (fs, on) => fs.writeFileSync(on('d/b'), 'two'),
  (fs, on) => fs.appendFileSync(on('d/a'), 'more'),
  (fs, on) => fs.truncateSync(on('d/a'), 1),
  (fs, on) => fs.chmodSync(on('d/a'), 0o600),
  (fs, on) => fs.chmodSync(on('d'), 0o755),
  (fs, on) => fs.utimesSync(on('d/b'), 1, 2),
  (fs, on) => fs.renameSync(on('d/a'), on('d/b')),
  (fs, on) => fs.renameSync(on('d/b'), on('d/a')),
  (fs, on) => fs.renameSync(on('d/a'), on('out')),
  (fs, on) => fs.renameSync(on('out'), on('d/c')),
  (fs, on) => fs.linkSync(on('d/a'), on('d/link')),
  (fs, on) => fs.symlinkSync('a', on('d/sym')),
  (fs, on) => fs.unlinkSync(on('d/link')),
  (fs, on) => fs.unlinkSync(on('d/a')),
  (fs, on) => fs.unlinkSync(on('d/c')),
  (fs, on) => fs.mkdirSync(on('d/sub')),
  (fs, on) => fs.writeFileSync(on('d/sub/deep'), 'x'),
  (fs, on) => fs.rmSync(on('d/sub'), { recursive: true }),
  (fs, on) => fs.mkdirSync(on('d/none/none')),
  (fs, on) => fs.copyFileSync(on('d/a'), on('d/copy')),
  (fs, on) => fs.readFileSync(on('d/a')),
  (fs, on) => fs.readdirSync(on('d')),
  (fs, on) => fs.closeSync(fs.openSync(on('d/a'), 'a')),
];

function attempt(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if ((error as { syscall?: string }).syscall === undefined) throw error;
  }
}

likeNodeAsync('watch of a directory: random steps give the events of inotify', async (fs, on, call) => {
  const runs = fc.sample(fc.array(fc.nat(STEPS.length - 1), { minLength: 1, maxLength: 8 }), { numRuns: 40, seed: 7 });
  for (const steps of runs) {
    fs.mkdirSync(on('d'));
    await call(steps.join(), async () =>
      distinct(await during(fs, on('d'), () => steps.forEach((step) => attempt(() => STEPS[step]!(fs, on))))),
    );
    for (const path of ['d', 'out']) fs.rmSync(on(path), { recursive: true, force: true });
  }
});

likeNodeAsync('watch of a file: random steps give the events of inotify', async (fs, on, call) => {
  const runs = fc.sample(fc.array(fc.nat(STEPS.length - 1), { minLength: 1, maxLength: 6 }), { numRuns: 40, seed: 8 });
  for (const steps of runs) {
    fs.mkdirSync(on('d'));
    fs.writeFileSync(on('d/a'), 'begin');
    await call(steps.join(), async () =>
      distinct(await during(fs, on('d/a'), () => steps.forEach((step) => attempt(() => STEPS[step]!(fs, on))))),
    );
    for (const path of ['d', 'out']) fs.rmSync(on(path), { recursive: true, force: true });
  }
});

likeNodeAsync('watch: errors and arguments', async (fs, on, call) => {
  fs.writeFileSync(on('f'), '');
  fs.symlinkSync('loop', on('loop'));
  for (const path of ['none', 'none/x', 'f/x', 'loop']) await call(path, async () => fs.watch(on(path)));
  for (const bad of [{ persistent: 1 }, { recursive: 'x' }, { encoding: 'none' }, 5, { signal: 5 }] as never[])
    await call(JSON.stringify(bad), async () => fs.watch(on('f'), bad).close());
  for (const bad of [5, null, {}] as never[]) await call(String(bad), async () => fs.watch(bad));
  await call('watchFile without a listener', async () => fs.watchFile(on('f'), undefined as never));
  await call('unwatchFile of none', async () => fs.unwatchFile(on('none')));
});

likeNodeAsync('watch: names in an encoding, signals, events of the watcher', async (fs, on, call) => {
  fs.mkdirSync(on('d'));
  await call('buffer', async () => {
    const names: unknown[] = [];
    const watcher = fs.watch(on('d'), 'buffer', (_, name) => names.push(String(ArrayBuffer.isView(name))));
    fs.writeFileSync(on('d/é'), '');
    await pause();
    watcher.close();
    return [...new Set(names)];
  });
  await call('hex', async () =>
    distinct(await during(fs, on('d'), () => fs.writeFileSync(on('d/é'), 'x'), { encoding: 'hex' })),
  );
  await call('close by a signal', async () => {
    const events: string[] = [];
    const controller = new AbortController();
    const watcher = fs.watch(on('d'), { signal: controller.signal });
    watcher.on('close', () => events.push('close'));
    watcher.on('change', () => events.push('change'));
    controller.abort();
    fs.writeFileSync(on('d/later'), '');
    await pause();
    watcher.close();
    return events;
  });
  await call('aborted before', async () => {
    const events: string[] = [];
    fs.watch(on('d'), { signal: AbortSignal.abort() }).on('close', () => events.push('close'));
    await pause();
    return events;
  });
  await call('chained', async () => {
    const watcher = fs.watch(on('d'), { persistent: false });
    const same = watcher.ref() === watcher && watcher.unref() === watcher;
    watcher.close();
    watcher.close();
    return same;
  });
});

likeNodeAsync('promises.watch', async (fs, on, call) => {
  fs.mkdirSync(on('d'));
  await call('events until an abort', async () => {
    const controller = new AbortController();
    const events: Event[] = [];
    setTimeout(() => fs.writeFileSync(on('d/f'), 'x'), 5);
    setTimeout(() => controller.abort(), 60);
    try {
      for await (const { eventType, filename } of fs.promises.watch(on('d'), { signal: controller.signal }))
        events.push(`${eventType} ${String(filename)}`);
    } catch (error) {
      return [distinct(events), (error as Error).name];
    }
    return events;
  });
  await call('left', async () => {
    setTimeout(() => fs.writeFileSync(on('d/g'), 'x'), 5);
    for await (const event of fs.promises.watch(on('d'))) return [event.eventType, event.filename];
    return null;
  });
  await call('no such file', async () => {
    for await (const _ of fs.promises.watch(on('none'))) return 'an event';
    return null;
  });
});

likeNodeAsync('watchFile: changes, a file that appears and disappears', async (fs, on, call) => {
  const seen = async (path: string, act: () => unknown, bigint = false): Promise<unknown> => {
    const told: unknown[] = [];
    fs.watchFile(on(path), { interval: 10, bigint } as { interval: number }, (now, before) =>
      told.push([typeof now.size, Number(now.size), Number(before.size), Number(now.mode), Number(before.mode)]),
    );
    await pause();
    await act();
    await pause(60);
    fs.unwatchFile(on(path));
    return told;
  };
  fs.writeFileSync(on('f'), 'x');
  await call('written', () => seen('f', () => fs.writeFileSync(on('f'), 'longer')));
  await call('read', () => seen('f', () => fs.readFileSync(on('f'))));
  await call('bigint', () => seen('f', () => fs.truncateSync(on('f'), 2), true));
  await call('removed', () => seen('f', () => fs.unlinkSync(on('f'))));
  await call('appears', () => seen('g', () => fs.writeFileSync(on('g'), 'here')));
  await call('one of two listeners', async () => {
    const told: string[] = [];
    const one = (): number => told.push('one');
    const two = (): number => told.push('two');
    fs.watchFile(on('g'), { interval: 10 }, one);
    fs.watchFile(on('g'), { interval: 10 }, two);
    fs.unwatchFile(on('g'), one);
    // Node's first look may be later.
    await pause();
    fs.appendFileSync(on('g'), 'more');
    await pause(60);
    fs.unwatchFile(on('g'), two);
    return told;
  });
});

test('a guest and JavaScript are seen alike; nothing is left after close', async () => {
  const server = serverFor(ram());
  const fs = createFs(server);
  const before = new TestGuest({ preopens: () => ({ '/': server }) });
  const events = await during(fs, '/', () => {
    const after = new TestGuest({ preopens: () => ({ '/': server }) });
    before.ok('path_create_directory', 3, 'old');
    after.ok('path_create_directory', 3, 'new');
    after.end();
    fs.writeFileSync('/own', 'x');
  });
  assert.equal(distinct(events), ['change own', 'rename new', 'rename old', 'rename own']);
  assert.not(Object.hasOwn(server, 'connected'));
  before.ok('path_create_directory', 3, 'later');
  before.end();
  fs.unmount();
  assert.equal(server.inspect(), AT_REST);
});

test('recursive: directories that are made, moved out, in and back', async () => {
  const fs = createFs(ram());
  fs.mkdirSync('/top/a/b', { recursive: true });
  fs.mkdirSync('/out/x/y', { recursive: true });
  const events: Event[] = [];
  const take = async (): Promise<Event[]> => {
    await pause(5);
    return distinct(events.splice(0));
  };
  const watcher = fs.watch('/top', { recursive: true }, (type, name) => events.push(`${type} ${name}`));
  fs.writeFileSync('/top/a/b/f', 'x');
  fs.mkdirSync('/top/a/new/deep', { recursive: true });
  fs.writeFileSync('/top/a/new/deep/f', '');
  assert.equal(await take(), [
    'change a/b/f',
    'rename a/b/f',
    'rename a/new',
    'rename a/new/deep',
    'rename a/new/deep/f',
  ]);
  fs.renameSync('/top/a', '/top/c');
  fs.writeFileSync('/top/c/b/g', '');
  assert.equal(await take(), ['rename a', 'rename c', 'rename c/b/g']);
  fs.renameSync('/top/c', '/out/c');
  fs.writeFileSync('/out/c/b/h', '');
  fs.mkdirSync('/out/c/meanwhile');
  assert.equal(await take(), ['rename c']);
  fs.renameSync('/out/c', '/top/back');
  fs.writeFileSync('/top/back/meanwhile/f', '');
  assert.equal(await take(), ['rename back', 'rename back/meanwhile/f']);
  fs.renameSync('/out/x', '/top/x');
  await pause(5);
  fs.writeFileSync('/top/x/y/f', '');
  assert.equal(await take(), ['rename x', 'rename x/y/f']);
  fs.rmSync('/top/x', { recursive: true });
  assert.equal(await take(), ['rename x', 'rename x/y', 'rename x/y/f']);
  watcher.close();
  fs.writeFileSync('/top/after', '');
  assert.equal(await take(), []);
  fs.unmount();
});

test('recursive across mounts', async () => {
  const [root, inner] = [ram(), ram()];
  const namespace = new Namespace({ '/': root, '/work/in': inner });
  const guest = new TestGuest({ preopens: () => ({ '/in': serverFor(inner) }) });
  const events = await during(
    namespace.fs,
    '/',
    () => {
      namespace.fs.writeFileSync('/f', '');
      guest.ok('path_create_directory', 3, 'made');
      namespace.fs.writeFileSync('/work/in/made/f', '');
    },
    { recursive: true },
  );
  assert.equal(distinct(events), ['rename f', 'rename work/in/made', 'rename work/in/made/f']);
  guest.end();
  namespace.close();
});

test('more events than are kept: one without a name tells so', async () => {
  const fs = createFs(ram());
  const names: (string | null)[] = [];
  fs.watch('/', (_, name) => names.push(name));
  for (let i = 0; i < MAX_EVENTS + 5; i++) fs.symlinkSync('x', `/${i}`);
  await pause(50);
  assert.is(names.length, MAX_EVENTS + 1);
  assert.is(names.at(-1), null);
  const waiting = fs.promises.watch('/', { maxQueue: 2, overflow: 'throw' });
  const first = waiting.next();
  for (let i = 0; i < 9; i++) fs.unlinkSync(`/${i}`);
  assert.is((await first).value!.filename, '0');
  let code = '';
  try {
    for await (const _ of waiting);
  } catch (error) {
    code = (error as { code: string }).code;
  }
  assert.is(code, 'ERR_FS_WATCH_QUEUE_OVERFLOW');
  fs.unmount();
});

test('unmount ends all watchers, and they say so', async () => {
  const fs = createFs(ram());
  const told: string[] = [];
  fs.watch('/').on('close', () => told.push('close'));
  fs.watchFile('/none', () => told.push('change')).on('stop', () => told.push('stop'));
  fs.unmount();
  await pause(5);
  assert.equal(told.sort(), ['close', 'stop']);
});

test('a server that is not in this process has no notifications: watchFile polls it', async () => {
  const local = serverFor(ram());
  const far = {
    msize: local.msize,
    connect: () => {
      const transport = local.connect();
      return { msize: transport.msize, rpc: transport.rpc.bind(transport), close: () => transport.close() };
    },
  };
  const fs = createFs(far);
  fs.writeFileSync('/f', 'x');
  assert.throws(() => fs.watch('/f'), /watchFile/);
  const sizes: number[] = [];
  fs.watchFile('/f', { interval: 5 }, (now) => sizes.push(now.size));
  fs.writeFileSync('/f', 'longer');
  await pause();
  assert.equal(sizes, [6]);
  fs.unmount();
  assert.equal(local.inspect(), AT_REST);
});

test('the server is as before when nobody watches', () => {
  const server = serverFor(ram());
  const mount = new Attachment(server);
  const own = Object.entries(server.handlers);
  const fs = createFs(server);
  const [one, two] = [fs.watch('/'), fs.watch('/')];
  const handlers = (): unknown[] => [...server.sessions].map((session) => (session as never as typeof server).handlers);
  assert.ok(handlers().every((some) => some !== server.handlers));
  one.close();
  assert.ok(handlers().every((some) => some !== server.handlers));
  two.close();
  assert.ok(handlers().every((some) => some === server.handlers));
  assert.equal(Object.entries(server.handlers), own);
  mount.close();
  fs.unmount();
});

test.run();
