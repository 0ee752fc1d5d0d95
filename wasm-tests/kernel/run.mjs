// Boots Debian's kernel under QEMU and lets it mount `wasi9p serve` of dist/: `npm run test:kernel -- [--quick] [WORD…]`.
// See README.md. Ends with `N passed, N failed, N skipped`.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeImage, scenarioNames } from './image.mjs';
import { boot, qemuOf } from './machine.mjs';
import { CACHE, Debian, Missing, has } from './packages.mjs';
import { planOf } from './plan.mjs';
import { Results } from './results.mjs';
import { startServing } from './serving.mjs';

const TIME_LIMIT_MS = 3_600_000;
const MSIZE = 1 << 20;

const PACKAGES = [
  ...['linux-image-amd64', 'busybox-static', 'git', 'tar', 'attr'],
  ...['libc6', 'zlib1g', 'libpcre2-8-0', 'libattr1', 'libacl1', 'libselinux1'],
];
const LIBRARIES = [
  ...['libc.so.6', 'libz.so.1', 'libpcre2-8.so.0', 'libattr.so.1', 'libacl.so.1', 'libselinux.so.1'],
  ...['libpthread.so.0', 'libdl.so.2'],
];
const MODULES = ['virtio_pci', 'virtio_console', 'virtio_net', '9pnet_fd', '9p'];

/** Says in a sentence what this machine lacks. @throws Missing */
function checkMachine() {
  if (process.arch !== 'x64') throw new Missing(`The machine is built for amd64, and this one is ${process.arch}.`);
  if (!has('gcc')) throw new Missing('There is no gcc to compile the programs: apt-get install gcc libc6-dev.');
}

/** @param {Results} results @param {ReturnType<typeof planOf>} plan @param {string} dir */
async function run(results, plan, dir) {
  checkMachine();
  const debian = new Debian('amd64');
  const { root, versions } = debian.packages('guest', PACKAGES);
  const qemu = qemuOf(debian);
  const serving = await startServing(dir, process.env.WASI9P_KERNEL_TRACE);
  const initramfs = join(dir, 'initramfs');
  const settings = { port: serving.port, msize: MSIZE, results: '/dev/vport0p1' };
  const image = makeImage({ dir: join(dir, 'image'), root, rows: plan.rows, programs: plan.programs, settings });
  for (const path of ['usr/bin/git', 'usr/bin/getfattr', 'usr/bin/setfattr']) image.program(path);
  fs.symlinkSync('git', join(dir, 'image/usr/bin/git-upload-pack'));
  image.copy('bin/gnutar', join(root, 'bin/tar'));
  image.libraries(LIBRARIES);
  const release = image.modules(MODULES);
  image.pack(initramfs);
  const [kernel = ''] = Object.keys(versions).filter((name) => name.startsWith('linux-image'));
  console.log(`Linux ${release} (${versions[kernel]}), git ${versions['git']}, ${qemu.version}; packages in ${CACHE}`);
  const begin = performance.now();
  const why = await boot({
    qemu,
    kernel: join(root, `boot/vmlinuz-${release}`),
    initramfs,
    log: join(dir, 'kernel.log'),
    socket: plan.rows.some(([transport]) => transport === 'unix') ? serving.socket : null,
    timeLimit: TIME_LIMIT_MS,
    onLine: (line) => results.line(line),
  });
  results.endRow();
  results.ok('the machine comes to its end, and the kernel complains of nothing', results.isWhole && why === '', why);
  const { why: left, stats } = await serving.end();
  results.ok('wasi9p serve ends with 0, and nothing is left in its directories', left === '', left);
  if (plan.options.has('--stats')) console.log(stats);
  console.log(`the machine ran for ${Math.round((performance.now() - begin) / 1000)} s`);
}

/** @param {ReturnType<typeof planOf>} plan */
async function main(plan) {
  const results = new Results(plan.options.has('--verbose'));
  const dir = fs.mkdtempSync(join(tmpdir(), 'wasi9p-kernel-'));
  try {
    await run(results, plan, dir);
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    results.skip(`the kernel: ${error.message}`);
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
  results.print();
}

// Ends QEMU and the server, too.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
try {
  await main(planOf(process.argv.slice(2), scenarioNames(), 'qemu'));
} catch (error) {
  console.error(`test:kernel: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
}
