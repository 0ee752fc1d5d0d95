// Boots Debian's kernel under QEMU and lets it mount `wasi9p serve` of dist/: `npm run test:kernel -- [--quick] [WORD…]`.
// See README.md. Ends with `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Initramfs } from './initramfs.mjs';
import { boot, qemuOf } from './machine.mjs';
import { CACHE, Debian, Missing, has } from './packages.mjs';
import { planOf } from './plan.mjs';
import { Results } from './results.mjs';
import { startServing } from './serving.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SCENARIOS = join(HERE, '../src');
const PROGRAMS = join(HERE, 'guest/programs');
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

/** The names of the C programs of a folder. @param {string} folder */
function programsOf(folder) {
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.c'))
    .map((file) => basename(file, '.c'));
}

/**
 * Makes the initramfs and returns the release of the kernel.
 * @param {string} dir @param {string} root The unpacked packages. @param {string} file
 * @param {ReturnType<typeof planOf>} plan @param {number} port
 */
function makeInitramfs(dir, root, file, plan, port) {
  const image = new Initramfs(join(dir, 'image'), root);
  image.copy('init', join(HERE, 'guest/init'));
  for (const path of fs.readdirSync(join(HERE, 'guest'), { recursive: true, encoding: 'utf8' })) {
    if (path.endsWith('.sh')) image.copy(`kernel/${path}`, join(HERE, 'guest', path));
  }
  image.write('kernel/plan', plan.rows.map((row) => `${row.flat().join(' ')}\n`).join(''));
  image.write('kernel/server', `port=${port} msize=${MSIZE}\n`);
  for (const name of programsOf(PROGRAMS)) compile(join(PROGRAMS, name), join(image.dir, 'bin', name));
  for (const name of plan.programs) {
    compile(join(SCENARIOS, name), join(image.dir, 'kernel/scenarios', name));
    image.copy(`kernel/scenarios/${name}.stdout`, join(SCENARIOS, `${name}.stdout`));
  }
  for (const path of ['usr/bin/git', 'usr/bin/getfattr', 'usr/bin/setfattr']) image.program(path);
  fs.symlinkSync('git', join(image.dir, 'usr/bin/git-upload-pack'));
  image.copy('bin/gnutar', join(root, 'bin/tar'));
  image.libraries(LIBRARIES);
  const release = image.modules(MODULES);
  image.pack(file);
  return release;
}

/** @param {string} source The path without `.c`. @param {string} program */
function compile(source, program) {
  fs.mkdirSync(dirname(program), { recursive: true });
  const args = ['-static', '-std=gnu17', '-O1', '-o', program, `${source}.c`];
  const { status, stderr } = spawnSync('gcc', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`gcc ${source}.c: ${stderr}`);
}

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
  const release = makeInitramfs(dir, root, initramfs, plan, serving.port);
  const [image = ''] = Object.keys(versions).filter((name) => name.startsWith('linux-image'));
  console.log(`Linux ${release} (${versions[image]}), git ${versions['git']}, ${qemu.version}; packages in ${CACHE}`);
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
  await main(planOf(process.argv.slice(2), programsOf(SCENARIOS)));
} catch (error) {
  console.error(`test:kernel: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
}
