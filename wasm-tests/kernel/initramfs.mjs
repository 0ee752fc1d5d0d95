// Makes an initramfs: a folder with busybox, programs, libraries and modules of the kernel, as a cpio archive.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Missing } from './packages.mjs';

/** The tree of an initramfs, built in a folder. */
export class Initramfs {
  /** @param {string} dir @param {string} packages The folder with the unpacked packages. */
  constructor(dir, packages) {
    this.dir = dir;
    this.packages = packages;
    for (const name of ['bin', 'dev', 'proc', 'sys', 'tmp', 'run', 'mnt', 'lib/modules']) {
      fs.mkdirSync(join(dir, name), { recursive: true });
    }
    this.copy('bin/busybox', join(packages, 'bin/busybox'));
  }

  /** @param {string} path @param {string} from @param {number} [mode] */
  copy(path, from, mode = 0o755) {
    const to = join(this.dir, path);
    fs.mkdirSync(dirname(to), { recursive: true });
    fs.copyFileSync(from, to);
    fs.chmodSync(to, mode);
  }

  /** @param {string} path @param {string} text */
  write(path, text) {
    fs.mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    fs.writeFileSync(join(this.dir, path), text, { mode: 0o755 });
  }

  /** Copies a program of a package. @param {string} path */
  program(path) {
    this.copy(path, join(this.packages, path));
  }

  /** Copies shared libraries by their sonames, from wherever the packages have them. @param {readonly string[]} names */
  libraries(names) {
    const folders = ['lib', 'usr/lib'].flatMap((lib) =>
      ['x86_64-linux-gnu', 'i386-linux-gnu'].map((triplet) => join(this.packages, lib, triplet)),
    );
    for (const name of names) {
      const found = folders.map((folder) => join(folder, name)).find((path) => fs.existsSync(path));
      if (found === undefined) throw new Missing(`Debian's packages have no ${name}.`);
      this.copy(`lib/${name}`, found);
    }
    const loader = join(this.packages, 'lib64/ld-linux-x86-64.so.2');
    if (fs.existsSync(loader)) this.copy('lib64/ld-linux-x86-64.so.2', loader);
  }

  /**
   * Copies modules of the kernel with those that they need. `lib/modules/order` has them in the order of insmod.
   * @param {readonly string[]} names
   */
  modules(names) {
    const [release = ''] = fs.readdirSync(join(this.packages, 'lib/modules'));
    const files = new Map(
      fs
        .readdirSync(join(this.packages, 'lib/modules', release), { recursive: true, encoding: 'utf8' })
        .filter((path) => /\.ko(\.xz)?$/.test(path))
        .map((path) => [moduleName(path), join(this.packages, 'lib/modules', release, path)]),
    );
    /** @type {string[]} */
    const order = [];
    const add = (/** @type {string} */ name) => {
      const file = files.get(name);
      // One without a file is part of the kernel.
      if (file === undefined || order.includes(name)) return;
      const bytes = this.inflated(file);
      const [, needs = ''] = /\0depends=([^\0]*)\0/.exec(bytes.toString('latin1')) ?? [];
      for (const need of needs.split(',')) if (need !== '') add(need.replaceAll('-', '_'));
      order.push(name);
      fs.writeFileSync(join(this.dir, `lib/modules/${name}.ko`), bytes);
    };
    for (const name of names) add(name);
    this.write('lib/modules/order', order.map((name) => `${name}\n`).join(''));
    return release;
  }

  /** @param {string} file */
  inflated(file) {
    if (!file.endsWith('.xz')) return fs.readFileSync(file);
    const busybox = join(this.packages, 'bin/busybox');
    return spawnSync(busybox, ['xz', '-dc', file], { maxBuffer: 1 << 28 }).stdout;
  }

  /** Writes the archive, by busybox's cpio. @param {string} file */
  pack(file) {
    const busybox = join(this.packages, 'bin/busybox');
    const script = '"$0" find . | "$0" cpio -o -H newc -R 0:0 >"$1"';
    const { status, stderr } = spawnSync('/bin/sh', ['-c', script, busybox, file], { cwd: this.dir, encoding: 'utf8' });
    if (status !== 0) throw new Error(`cpio: ${stderr}`);
  }
}

/** The name of a module, as other modules write it. @param {string} path */
function moduleName(path) {
  return basename(path)
    .replace(/\.ko(\.xz)?$/, '')
    .replaceAll('-', '_');
}
