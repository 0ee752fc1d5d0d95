// Boots Debian's i386 kernel in v86, which mounts a `Server` of this process by `handle9p`, and `wasi9p serve` by
// `proxy_url`: `npm run test:v86 -- [--quick] [--verbose]`. See README.md. Ends with `N passed, N failed, N skipped`.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeImage, scenarioNames } from './image.mjs';
import { CACHE, Debian, Missing, has } from './packages.mjs';
import { LONG, planOf } from './plan.mjs';
import { Results } from './results.mjs';
import { startServing } from './serving.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DIST = join(HERE, '../../dist');
const V86 = join(HERE, 'packages/node_modules/v86');
const TIME_LIMIT_MS = 1_200_000;
const MEMORY = 256 << 20;

const PACKAGES = [
  ...['linux-image-686', 'busybox-static', 'seabios:all'],
  ...['libc6-dev', 'libgcc-12-dev', 'linux-libc-dev'],
];
const MODULES = ['virtio_pci', '9pnet_virtio', '9p'];

/** The options by which gcc of amd64 compiles for i386, with the C library of the packages. @param {string} root */
function compilerFor(root) {
  const folders = [join(root, 'usr/lib/gcc/i686-linux-gnu/12'), join(root, 'usr/lib/i386-linux-gnu')];
  return [
    ...['-m32', '-march=i686', '-D_FILE_OFFSET_BITS=64', '-D_TIME_BITS=64', `--sysroot=${root}`],
    ...['-isystem', join(root, 'usr/include/i386-linux-gnu')],
    ...folders.flatMap((folder) => [`-B${folder}`, `-L${folder}`]),
  ];
}

/**
 * @typedef {{ add_listener(event: string, listen: (byte: number) => void): void, destroy(): Promise<void> }} Emulator
 */

/**
 * Runs a machine until it has said that it ends.
 * @param {Record<string, unknown>} filesystem v86's option @param {string} root @param {string} initramfs
 * @param {string} release @param {(line: string) => void} onLine
 * @returns {Promise<string>} The reason why it failed; '' if it did not.
 */
async function boot(filesystem, root, initramfs, release, onLine) {
  const { V86: Machine } = await import(join(V86, 'build/libv86.mjs'));
  const buffer = (/** @type {string} */ path) => {
    const bytes = fs.readFileSync(path);
    return { buffer: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) };
  };
  /** @type {Emulator} */
  const machine = new Machine({
    wasm_path: join(V86, 'build/v86.wasm'),
    memory_size: MEMORY,
    bios: buffer(join(root, 'usr/share/seabios/bios.bin')),
    bzimage: buffer(join(root, `boot/vmlinuz-${release}`)),
    initrd: buffer(initramfs),
    cmdline: 'console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off tsc=reliable',
    filesystem,
    uart1: true,
    disable_keyboard: true,
    disable_mouse: true,
    disable_speaker: true,
    autostart: true,
  });
  /** @type {string[]} */
  const printed = [];
  const why = await new Promise((resolve) => {
    const timer = setTimeout(() => resolve(`it has not ended in ${TIME_LIMIT_MS / 1000} s`), TIME_LIMIT_MS);
    const done = (/** @type {string} */ reason) => {
      clearTimeout(timer);
      resolve(reason);
    };
    machine.add_listener(
      'serial1-output-byte',
      lines((line) => (line === 'end' ? done('') : onLine(line))),
    );
    machine.add_listener(
      'serial0-output-byte',
      lines((line) => {
        printed.push(line);
        if (/Kernel panic|BUG:|Oops/.test(line)) done('the kernel is in trouble');
      }),
    );
  });
  await machine.destroy();
  return why === '' ? '' : `${why}; the kernel's last lines:\n${printed.slice(-20).join('\n')}`;
}

/** Cuts bytes into lines of UTF-8. @param {(line: string) => void} onLine @returns {(byte: number) => void} */
function lines(onLine) {
  /** @type {number[]} */
  let line = [];
  return (byte) => {
    if (byte !== 10) return void line.push(byte);
    onLine(Buffer.from(line).toString().replace(/\r$/, ''));
    line = [];
  };
}

/** The form of one boot: its name, v86's option, and the end of the server, which says why it failed. */
/** @typedef {{ name: string, filesystem: Record<string, unknown>, end: () => Promise<string> }} Form */

/** A server in this process, by the function that v86 calls. @returns {Promise<Form>} */
async function byFunction() {
  const [{ Server }, { ram }, { Service }] = await Promise.all(
    ['server.js', 'backends/ram.js', 'serve.js'].map((file) => import(join(DIST, file))),
  );
  const server = new Server(ram());
  const service = new Service({ '/ram': server });
  return {
    name: 'handle9p',
    filesystem: { handle9p: service.handle9p() },
    async end() {
      service.close();
      const left = Object.entries(server.inspect()).filter(([, count]) => count !== 0);
      server.close();
      return left.map(([name, count]) => `${count} ${name} are left on the server`).join(', ');
    },
  };
}

/** `wasi9p serve --listen ws:`. @param {string} dir @returns {Promise<Form>} */
async function byProxy(dir) {
  // Node 20 has no WebSocket.
  globalThis.WebSocket ??= /** @type {any} */ (await import(/** @type {string} */ ('ws'))).WebSocket;
  const serving = await startServing(dir);
  return {
    name: 'proxy_url',
    filesystem: { proxy_url: `ws://127.0.0.1:${serving.webPort}/` },
    end: async () => (await serving.end()).why,
  };
}

/** @param {Results} results @param {ReturnType<typeof planOf>} plan @param {string} dir */
async function run(results, plan, dir) {
  if (process.arch !== 'x64') throw new Missing(`The programs are compiled on amd64, and this is ${process.arch}.`);
  if (!has('gcc')) throw new Missing('There is no gcc to compile the programs: apt-get install gcc libc6-dev.');
  if (!fs.existsSync(V86))
    throw new Missing('v86 is missing: npm ci --ignore-scripts --prefix wasm-tests/kernel/packages.');
  const { root, versions } = new Debian('i386').packages('v86', PACKAGES);
  for (const make of [byFunction, byProxy]) {
    const form = await make(dir);
    // The messages are the same: the second time the long programs are left out.
    const isFirst = form.name === 'handle9p';
    const image = makeImage({
      dir: join(dir, form.name),
      root,
      rows: isFirst && !plan.options.has('--quick') ? plan.rows : plan.rows.slice(0, 1),
      programs: isFirst ? plan.programs : plan.programs.filter((name) => !LONG.includes(name)),
      settings: { msize: 65_536, results: '/dev/ttyS1' },
      compiler: compilerFor(root),
    });
    const release = image.modules(MODULES);
    const initramfs = join(dir, `${form.name}.cpio`);
    image.pack(initramfs);
    const { version } = JSON.parse(fs.readFileSync(join(V86, 'package.json'), 'utf8'));
    const [kernel = ''] = Object.keys(versions).filter((name) => name.startsWith('linux-image'));
    console.log(`${form.name}: v86 ${version}, Linux ${release} (${versions[kernel]}); packages in ${CACHE}`);
    const begin = performance.now();
    const why = await boot(form.filesystem, root, initramfs, release, (line) => results.line(line));
    results.endRow();
    results.ok(`${form.name}: the machine comes to its end`, why === '', why);
    const left = await form.end();
    results.ok(`${form.name}: nothing is left on the server`, left === '', left);
    console.log(`the machine ran for ${Math.round((performance.now() - begin) / 1000)} s`);
  }
}

const results = new Results(process.argv.includes('--verbose'));
const dir = fs.mkdtempSync(join(tmpdir(), 'wasi9p-v86-'));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
try {
  await run(results, planOf(process.argv.slice(2), scenarioNames(), 'v86'), dir);
} catch (error) {
  if (error instanceof Missing) results.skip(`v86: ${error.message}`);
  else results.ok('v86', false, /** @type {Error} */ (error).message);
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}
results.print();
// v86 goes on with its timers.
process.exit();
