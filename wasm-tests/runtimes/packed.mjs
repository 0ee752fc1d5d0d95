// The package as npm would publish it, unpacked beside a user's program: its modules load, its types hold.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { WITH_EFFECT } from '../../build/project.mjs';

const ROOT = resolve(import.meta.dirname, '../..');

/** The README's library example, plus a line that must not compile: types that say `any` would let it through. */
const PROGRAM = `
import { WASI } from 'wasi9p';
import { Volume } from 'memfs';
const vol = Volume.fromJSON({ '/in.txt': 'hello' });
const wasi = new WASI({ version: 'preview1', args: ['prog', '/in.txt'], env: {}, preopens: { '/': vol }, returnOnExit: true });
const { instance } = await WebAssembly.instantiate(new Uint8Array(), wasi.getImportObject());
const code: number = wasi.start(instance);
// @ts-expect-error an exit status is not a string
const text: string = wasi.start(instance);
export { code, text };
`;

/** The exports of a user's library: the compiler must find a name for each type. The options are checked without the peers. */
const LIBRARY = `
import { Server, WASI, type Input } from 'wasi9p';
import * as core from 'wasi9p/core';
import { memfs } from 'wasi9p/backends/memfs';
import { ram } from 'wasi9p/backends/ram';
import { readOnly } from 'wasi9p/backends/readonly';
import { createFs } from 'wasi9p/fs';
import { AT_REST, exchange, type RawClient, type TestGuest } from 'wasi9p/testing';
import { strace } from 'wasi9p/trace';
export const store = ram();
export const volume = (given: Parameters<typeof memfs>[0]) => memfs(given);
export const view = readOnly(store);
export const connection = new Server(store).connect();
export const imports = new WASI({ preopens: { '/': store } }).getImportObject();
export const coreImports = new core.WASI().getImportObject();
export const coreServer = (source: core.Preopen) => core.serverFor(source);
export const coreConnection = (server: core.Server) => server.connect();
export const listed = createFs(store).readdirSync('/', { recursive: true } as any);
export const tracer = strace(() => {});
export const rest = AT_REST;
export const frames = (...given: Parameters<typeof exchange>) => exchange(...given);
export const attr = (client: RawClient, fid: number) => client.attr(fid);
export const entries = (guest: TestGuest, ...given: Parameters<TestGuest['readdir']>) => guest.readdir(...given);
// @ts-expect-error a number is no preopen
export const wrongPreopen = new WASI({ preopens: { '/': 42 } });
// @ts-expect-error an object is no input
export const wrongInput: Input = {};
`;

/** A user's compiler looks into our declarations, too. */
const OPTIONS = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022'];

/** The ways a user's tsconfig finds packages. */
const RESOLUTIONS = [
  ['--module', 'nodenext'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
];

/** The libraries of a user without the types of Node, and with them. */
const LIBRARIES = ['es2022', 'es2022,dom'];

/**
 * Packs, unpacks and tries the package.
 * @returns {string} '' if all is well, else the output of what failed
 */
export function tryPacked() {
  return inProject((user) => {
    unpackInto(user);
    importAll(user);
    typeCheck(user);
    typeCheckBare(user);
    typeCheckAlone(user);
  });
}

/** @param {(user: string) => void} act gets a new folder @returns {string} '', or the output of what failed */
function inProject(act) {
  const user = mkdtempSync(join(tmpdir(), 'packed-'));
  try {
    act(user);
    return '';
  } catch (error) {
    const { message, stdout = '', stderr = '' } = /** @type {Error & { stdout?: string, stderr?: string }} */ (error);
    return `${message}\n${stdout}${stderr}`;
  } finally {
    rmSync(user, { recursive: true });
  }
}

/** Lays out `user` as `npm install wasi9p memfs` would, from this checkout. @param {string} user */
function unpackInto(user) {
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', user], ROOT);
  const target = join(user, 'node_modules/wasi9p');
  mkdirSync(target, { recursive: true });
  run('tar', ['-xzf', join(user, `wasi9p-${manifest(ROOT).version}.tgz`), '-C', target, '--strip-components=1'], user);
  for (const name of [...Object.keys(manifest(target).peerDependencies), '@types/node']) {
    mkdirSync(dirname(join(user, 'node_modules', name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(user, 'node_modules', name));
  }
  writeFileSync(join(user, 'package.json'), '{ "type": "module" }');
}

/** At most so many packages and bytes come with `npm install wasi9p`. */
const PACKAGES_MAX = 5;
const BYTES_MAX = 3e6;

/** The checks of the package in an empty project. */
const ALONE = `
import { createRequire } from 'node:module';
import { WASI } from 'wasi9p';
import { ram } from 'wasi9p/backends/ram';
new WASI({ preopens: { '/': ram() } }).close();
for (const [name, peer] of [['browser-wasi-shim', '@bjorn3/browser_wasi_shim'], ['testing', 'memfs']]) {
  for (const load of [(name) => import(name), async (name) => createRequire(import.meta.url)(name)]) {
    const { message } = await load('wasi9p/' + name).catch((error) => error);
    if (!message?.endsWith(\`needs the package \${peer}, which is not installed: npm install \${peer}\`)) throw new Error(name + ': ' + message);
  }
}
`;

/**
 * Installs the package in an empty project, without a network: nothing else comes with it.
 * @returns {string} '' if all is well, else the output of what failed
 */
export function tryAlone() {
  return inProject((user) => {
    writeFileSync(join(user, 'package.json'), '{ "type": "module" }');
    run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', user], ROOT);
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./wasi9p-${manifest(ROOT).version}.tgz`], user);
    const modules = join(user, 'node_modules');
    const packages = Object.keys(JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages).length;
    const bytes = bytesBelow(modules);
    if (packages > PACKAGES_MAX || bytes > BYTES_MAX) throw new Error(`${packages} packages, ${bytes} bytes`);
    writeFileSync(join(user, 'alone.js'), ALONE);
    run(process.execPath, ['alone.js'], user);
    run(join(modules, '.bin/wasi9p'), ['--version'], user);
    run(join(modules, '.bin/wasi9p'), ['ls', '.'], user);
  });
}

/** @param {string} dir @returns {number} */
function bytesBelow(dir) {
  const entries = readdirSync(dir, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/**
 * Imports and requires every module that package.json exports; each must export something, unless it is there for an
 * effect.
 * @param {string} user
 */
function importAll(user) {
  const names = Object.keys(manifest(join(user, 'node_modules/wasi9p')).exports).filter(
    (name) => !name.endsWith('.json') && !WITH_EFFECT.includes(name.slice(2)),
  );
  const script = names.map((name, i) => `import * as m${i} from '${name.replace('.', 'wasi9p')}';`).join('\n');
  const check = `\n[${names.map((_, i) => `m${i}`)}].forEach((m, i) => { if (!Object.keys(m).length) throw new Error('empty: ' + i); });`;
  writeFileSync(join(user, 'imports.js'), script + check);
  writeFileSync(join(user, 'imports.ts'), script + check);
  run(process.execPath, ['imports.js'], user);
  const required = names.map((name) => `require('${name.replace('.', 'wasi9p')}')`);
  writeFileSync(
    join(user, 'requires.cjs'),
    `if ([${required}].some((m) => !Object.keys(m).length)) throw new Error('empty');`,
  );
  // As README.md says of TypeScript.
  const typed = names.map((name, i) => `import m${i} = require('${name.replace('.', 'wasi9p')}');`).join('\n');
  writeFileSync(join(user, 'requires.cts'), `${typed}\nexport = [${names.map((_, i) => `m${i}`)}];`);
  run(process.execPath, ['requires.cjs'], user);
}

/** @param {string} user */
function typeCheck(user) {
  writeFileSync(join(user, 'program.ts'), PROGRAM);
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  for (const resolution of RESOLUTIONS)
    run(process.execPath, [tsc, ...OPTIONS, ...resolution, '--types', 'node', 'program.ts', 'imports.ts'], user);
  run(process.execPath, [tsc, ...OPTIONS, '--module', 'nodenext', '--types', 'node', 'requires.cts'], user);
  for (const lib of LIBRARIES)
    run(
      process.execPath,
      [tsc, ...OPTIONS, '--lib', lib, '--types', 'node', '--module', 'nodenext', 'imports.ts'],
      user,
    );
}

/**
 * The declarations of all modules without the types of Node: those of memfs need them, so it is left out.
 * @param {string} user
 */
function typeCheckBare(user) {
  const bare = join(user, 'bare');
  for (const name of ['wasi9p', '@bjorn3/browser_wasi_shim'])
    cpSync(join(user, 'node_modules', name), join(bare, 'node_modules', name), { recursive: true, dereference: true });
  for (const file of ['imports.ts', 'package.json']) cpSync(join(user, file), join(bare, file));
  // Else the compiler finds the types that are installed in the folder above.
  rmSync(join(user, 'node_modules'), { recursive: true });
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  for (const lib of LIBRARIES)
    run(process.execPath, [tsc, ...OPTIONS, '--lib', lib, '--types', '', '--module', 'nodenext', 'imports.ts'], bare);
}

/**
 * Each module in a program of its own, after `typeCheckBare` and without the peers: what one declares or refers to does
 * not hide what another lacks. Then a library, of which declarations are made.
 * @param {string} user
 */
function typeCheckAlone(user) {
  const bare = join(user, 'bare');
  rmSync(join(bare, 'node_modules/@bjorn3'), { recursive: true });
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = [...OPTIONS, '--lib', 'es2022', '--types', '', '--module', 'nodenext'];
  for (const name of Object.keys(manifest(join(bare, 'node_modules/wasi9p')).exports)) {
    // This one re-exports the classes of its peer.
    if (name.endsWith('.json') || name === './browser-wasi-shim') continue;
    writeFileSync(join(bare, 'one.ts'), `export * from '${name.replace('.', 'wasi9p')}';`);
    run(process.execPath, [tsc, ...options, 'one.ts'], bare);
  }
  writeFileSync(join(bare, 'library.ts'), LIBRARY);
  const declarations = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', 'library'];
  run(process.execPath, [tsc, ...options, ...declarations, 'library.ts'], bare);
}

/** @param {string} dir */
function manifest(dir) {
  return JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
}

/** @param {string} program @param {string[]} args @param {string} cwd */
function run(program, args, cwd) {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
