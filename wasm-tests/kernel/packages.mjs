// Debian's packages, fetched by apt and unpacked into a cache folder. Nothing is installed, and no root is needed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A sentence on what this machine lacks: the tests are skipped. */
export class Missing extends Error {}

/** The cache folder. It is outside of the project, so that nothing of it is ever committed. */
export const CACHE =
  process.env.WASI9P_KERNEL_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wasi9p-kernel');

const TIME_LIMIT_MS = 300_000;

/** True if a command is on the PATH. @param {string} command */
export function has(command) {
  return (process.env.PATH ?? '').split(':').some((dir) => dir !== '' && fs.existsSync(join(dir, command)));
}

/**
 * Runs a command to its end and returns its output.
 * @param {string} command @param {readonly string[]} args @param {string} [cwd] @throws Missing
 */
export function output(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    encoding: 'utf8',
    timeout: TIME_LIMIT_MS,
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0) return stdout;
  const said = error?.message ?? stderr.trim().split('\n').slice(-2).join(' ');
  throw new Missing(`${[command, ...args.slice(-3)].join(' ')} failed: ${said}`);
}

/** One architecture of Debian, with its own folder in the cache. */
export class Debian {
  /** @param {'amd64' | 'i386'} arch */
  constructor(arch) {
    if (process.platform !== 'linux' || !has('apt-get') || !has('dpkg-deb')) {
      throw new Missing('This machine has no apt-get, by which the kernel is fetched: run it on Debian.');
    }
    this.arch = arch;
    this.dir = join(CACHE, arch);
    this.isUpdated = false;
    for (const dir of ['lists/partial', 'archives/partial']) fs.mkdirSync(join(this.dir, dir), { recursive: true });
  }

  /** The options by which apt leaves the machine's own state alone. */
  get options() {
    const native = output('dpkg', ['--print-architecture']).trim();
    return [
      ...['-o', `Dir::State::Lists=${this.dir}/lists`, '-o', `Dir::Cache=${this.dir}`],
      ...['-o', `Dir::Cache::archives=${this.dir}/archives`, '-o', 'Debug::NoLocking=true'],
      ...['-o', `APT::Architectures::=${native}`, '-o', `APT::Architectures::=${this.arch}`],
      ...['-o', 'APT::Sandbox::User=root', '-q'],
    ];
  }

  /** Gets the lists of packages. One list that cannot be had need not matter: a package that is missing then says so. */
  update() {
    if (this.isUpdated) return;
    this.isUpdated = true;
    try {
      output('apt-get', [...this.options, 'update']);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
    }
  }

  /**
   * Unpacks packages into a folder and returns its path and their versions. A folder that has them is used as it is.
   * @param {string} name The folder's name. @param {readonly string[]} wanted The names of the packages.
   * @param {() => string[]} fetch Fetches the packages and returns the paths of their files.
   * @returns {{ root: string, versions: Record<string, string> }}
   */
  unpacked(name, wanted, fetch) {
    const root = join(this.dir, name);
    const stamp = join(root, `versions-of-${wanted.join('+').replaceAll(':', '-')}.json`);
    if (!fs.existsSync(stamp)) {
      this.update();
      const files = fetch();
      fs.rmSync(root, { recursive: true, force: true });
      fs.mkdirSync(root, { recursive: true });
      /** @type {Record<string, string>} */
      const versions = {};
      for (const file of files) {
        output('dpkg-deb', ['-x', file, root]);
        const [packageName = '', version = ''] = output('dpkg-deb', ['-W', file]).trim().split('\t');
        versions[packageName] = version;
        fs.rmSync(file);
      }
      fs.writeFileSync(stamp, `${JSON.stringify(versions, null, 2)}\n`);
    }
    return { root, versions: JSON.parse(fs.readFileSync(stamp, 'utf8')) };
  }

  /** These packages alone, without what they depend on; `NAME:all` is for any architecture. @param {string} name @param {readonly string[]} packages */
  packages(name, packages) {
    return this.unpacked(name, packages, () => {
      const wanted = packages.map((each) => this.concrete(each));
      const dir = fs.mkdtempSync(join(this.dir, 'archives/download-'));
      const names = wanted.map((each) => (each.endsWith(':all') ? each.slice(0, -4) : `${each}:${this.arch}`));
      output('apt-get', [...this.options, 'download', ...names], dir);
      return fs.readdirSync(dir).map((file) => join(dir, file));
    });
  }

  /** A package with all that it needs and this machine lacks. @param {string} name @param {string} wanted */
  closure(name, wanted) {
    return this.unpacked(name, [wanted], () => {
      const archives = join(this.dir, 'archives');
      output('apt-get', [...this.options, '-y', '--no-install-recommends', '--download-only', 'install', wanted]);
      return fs.readdirSync(archives).flatMap((file) => (file.endsWith('.deb') ? [join(archives, file)] : []));
    });
  }

  /** The package with the image, for a package that only names the newest kernel. @param {string} name */
  concrete(name) {
    if (!/^linux-image-(amd64|686(-pae)?)$/.test(name)) return name;
    const depends = output('apt-cache', [...this.options, 'depends', `${name}:${this.arch}`]);
    const found = /Depends: (linux-image-[\w.+-]+)/.exec(depends)?.[1];
    if (found === undefined) throw new Missing(`${name} names no kernel: apt-cache depends ${name}`);
    return found;
  }
}
