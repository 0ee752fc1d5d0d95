// One server, many guests: threads that share the trees of a service by `9p+worker:`.
import { MessageChannel, Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleToRun } from '../../build/bundle.mjs';
import { assertAtRest } from '../../testing/at-rest.ts';
import { ram } from '../backends/ram/index.ts';
import { createFs } from '../fs/index.ts';
import { Service } from '../serve/index.ts';
import { Server } from '../server/server.ts';
import type { GuestWork } from './guests-testing.ts';

const [script = ''] = await bundleToRun(['vfs/remote/guests-testing.ts'], 'many-guests');

/** A thread, and its answers. */
class Guest {
  readonly worker: Worker;
  readonly ended: Promise<number>;

  constructor(service: Service, work: GuestWork) {
    const { port1, port2 } = new MessageChannel();
    service.acceptPorts(port1);
    this.worker = new Worker(script, { workerData: { files: port2, work }, transferList: [port2] });
    this.ended = new Promise((resolve) => this.worker.once('exit', resolve));
  }

  answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.worker.once('message', resolve);
      this.worker.once('error', reject);
    });
  }
}

/** A service on memory, which is at rest once all threads have ended. */
async function withService(run: (service: Service, server: Server) => Promise<void>): Promise<void> {
  const server = new Server(ram());
  const service = new Service(server);
  await run(service, server);
  for (let i = 0; i < 2000 && service.clients > 0; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.is(service.clients, 0);
  assertAtRest(server);
  service.close();
}

test('programs in threads talk through files, each with several sessions', () =>
  withService(async (service, server) => {
    const [ping, pong] = [new Guest(service, 'ping'), new Guest(service, 'pong')];
    assert.equal(await Promise.all([ping.answer(), pong.answer()]), [100, 100]);
    await Promise.all([ping.ended, pong.ended]);
    const fs = createFs(server);
    assert.is(fs.readFileSync('/ping', 'utf8'), '100');
    fs.unmount();
  }));

test('eight threads append to one file, and each line is whole', () =>
  withService(async (service, server) => {
    const guests = Array.from({ length: 8 }, () => new Guest(service, 'append'));
    await Promise.all(guests.map(({ ended }) => ended));
    const fs = createFs(server);
    const lines = fs.readFileSync('/log', 'utf8').split('\n');
    fs.unmount();
    assert.is(lines.length, 8 * 200 + 1);
    assert.is(new Set(lines).size, 8 * 200 + 1);
  }));

test('record locks hold between threads', () =>
  withService(async (service, server) => {
    const guests = Array.from({ length: 4 }, () => new Guest(service, 'count'));
    await Promise.all(guests.map(({ ended }) => ended));
    const fs = createFs(server);
    assert.is(fs.readFileSync('/counter', 'utf8'), '200');
    fs.unmount();
  }));

test('a thread that is terminated in a call leaves no fid, lock or orphan', () =>
  withService(async (service, server) => {
    for (let i = 0; i < 5; i++) {
      const guest = new Guest(service, 'hold');
      assert.is(await guest.answer(), 'busy');
      assert.ok(server.inspect().orphans > 0);
      await guest.worker.terminate();
    }
  }));

test('the end of the service is EIO in each call of its threads', async () => {
  const server = new Server(ram());
  const service = new Service(server);
  const guest = new Guest(service, 'until-error');
  assert.is(await guest.answer(), 'busy');
  const said = guest.answer();
  await service.end();
  assert.is(await said, 'EIO EIO');
  await guest.ended;
  assertAtRest(server);
});

test('too many clients, and a thread without a port, have a sentence', async () => {
  const server = new Server(ram());
  const service = new Service(server, { maxClients: 1 });
  const guest = new Guest(service, 'refused');
  const [many, none = ''] = (await guest.answer()) as string[];
  assert.is(many, 'The 9P server refused the attach (errno 5).');
  assert.ok(
    none.startsWith('9p+worker:nothing cannot be reached: workerData.nothing of this thread is not a Mess'),
    none,
  );
  await guest.ended;
  await service.end();
  assertAtRest(server);
});

test('whatever else comes at the port closes it', async () => {
  const server = new Server(ram());
  const service = new Service(server);
  for (const wrong of [null, 'text', {}, { frames: {}, life: {}, words: new Int32Array(2) }]) {
    const { port1, port2 } = new MessageChannel();
    service.acceptPorts(port1);
    port2.on('message', () => undefined);
    const closed = new Promise((resolve) => port2.once('close', resolve));
    port2.postMessage(wrong);
    await closed;
  }
  assert.is(service.clients, 0);
  service.close();
});

test.run();
