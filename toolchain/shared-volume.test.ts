// One volume, many guests: 20 C files are compiled by two threads that share a server, and the main thread links them.
import { MessageChannel, Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleToRun } from '../build/bundle.mjs';
import { WASI } from '../shim/wasi.ts';
import { assertAtRest } from '../testing/at-rest.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import { createFs } from '../vfs/fs/index.ts';
import { Service } from '../vfs/serve/index.ts';
import { Server } from '../vfs/server/server.ts';
import { Capture } from './capture.ts';
import { drive } from './driver.ts';
import { loadToolchain } from './toolchain.ts';

const FILES = 20;
const names = Array.from({ length: FILES }, (_, i) => `part${i}`);

test('two threads compile 20 files on one volume', async () => {
  const server = new Server(ram());
  const service = new Service(server);
  const fs = createFs(server);
  fs.mkdirSync('/tmp');
  fs.writeFileSync('/all.h', names.map((name) => `int ${name}(void);\n`).join(''));
  for (const [i, name] of names.entries())
    fs.writeFileSync(
      `/${name}.c`,
      `#include "all.h"\n#include <string.h>\nint ${name}(void) { return strlen("x") * ${i}; }\n`,
    );
  const calls = names.map((name) => `${name}()`).join(' + ');
  fs.writeFileSync('/main.c', `#include "all.h"\n#include <stdio.h>\nint main(void) { printf("%d\\n", ${calls}); }\n`);

  const [script = ''] = await bundleToRun(['toolchain/volume-testing.ts'], 'shared-volume');
  const counts = await Promise.all(
    [0, 1].map(async () => {
      const { port1, port2 } = new MessageChannel();
      service.acceptPorts(port1);
      const worker = new Worker(script, { workerData: { files: port2, names }, transferList: [port2] });
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      const compiled = await new Promise<number>((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      await ended;
      return compiled;
    }),
  );
  assert.is(counts[0]! + counts[1]!, FILES);
  assert.ok(
    counts.every((count) => count > 0),
    `each thread compiles: ${counts}`,
  );

  const tools = await loadToolchain();
  const said = new Capture();
  const host = { preopens: { '/': server, '/usr': tools.sysroot }, stdin: '', stdout: said.sink, stderr: said.sink };
  const objects = names.map((name) => `/${name}.o`);
  assert.is(drive(tools, 'clang', ['-O1', '/main.c', ...objects, '-o', '/all.wasm'], host), 0, said.text());
  let output = '';
  const wasi = new WASI({ stdout: (bytes) => void (output += new TextDecoder().decode(bytes)) });
  const module = new WebAssembly.Module(new Uint8Array(fs.readFileSync('/all.wasm') as Uint8Array));
  assert.is(wasi.start(new WebAssembly.Instance(module, wasi.getImportObject())), 0);
  assert.is(output, `${(FILES * (FILES - 1)) / 2}\n`);
  fs.unmount();
  await service.end();
  assertAtRest(server);
});

test.run();
