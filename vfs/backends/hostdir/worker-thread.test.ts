// A host directory in a worker thread: whoever terminates the thread gets its descriptors back.
import { readdirSync, readlinkSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleToRun } from '../../../build/bundle.mjs';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';
import { scratch } from './testing.ts';

const SCRIPT = `
import { parentPort, workerData } from 'node:worker_threads';
const { hostDir } = await import(workerData.module);
const dir = hostDir(workerData.path);
dir.lookup(dir.root(), 'name');
parentPort.postMessage(dir.way);
for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
`;

/** The descriptors of this process on the path or below it. */
function open(path: string): string[] {
  const names = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  return names.filter((name) => name.startsWith(path));
}

unless(NOT_LINUX)('its descriptors are closed when the thread is terminated', async () => {
  const { root: path, remove } = scratch();
  const [module = ''] = await bundleToRun(['vfs/backends/hostdir/index.ts'], 'hostdir-worker');
  try {
    const url = new URL(`data:text/javascript,${encodeURIComponent(SCRIPT)}`);
    const worker = new Worker(url, { workerData: { module: pathToFileURL(module).href, path } });
    const way = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    assert.is(way, 'proc');
    assert.ok(open(path).length > 0);
    await worker.terminate();
    assert.equal(open(path), []);
  } finally {
    remove();
  }
});

test.run();
