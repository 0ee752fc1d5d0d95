// A thread of shared-volume.test.ts: compiles its share of the sources on the volume that all threads share.
import { parentPort, workerData } from 'node:worker_threads';
import { remote } from '../vfs/remote/index.ts';
import { createFs } from '../vfs/fs/index.ts';
import { Capture } from './capture.ts';
import { drive } from './driver.ts';
import { loadToolchain } from './toolchain.ts';

const tools = await loadToolchain();
const volume = remote('9p+worker:files?cache=loose');
const said = new Capture();
const host = { preopens: { '/': volume, '/usr': tools.sysroot }, stdin: '', stdout: said.sink, stderr: said.sink };
const fs = createFs(volume);
const { names } = workerData as { names: readonly string[] };
let compiled = 0;
for (const name of names) {
  try {
    // Each file is taken by one thread: a directory can be made once.
    fs.mkdirSync(`/taken-${name}`);
  } catch {
    continue;
  }
  if (drive(tools, 'clang', ['-O1', '-c', `/${name}.c`, '-o', `/${name}.o`], host) !== 0) throw new Error(said.text());
  compiled++;
}
fs.unmount();
parentPort!.postMessage(compiled, []);
