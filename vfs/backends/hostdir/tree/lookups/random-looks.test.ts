// Random looks by every way, with changes by the host and by ourselves in between: the answers are those of node:fs.
import fc from 'fast-check';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX } from '../../../../../build/test/skip.ts';
import { GETATTR_ALL } from '../../../../9p/constants.ts';
import { FileStatus } from '../../../../client/attributes.ts';
import { errnoName } from '../../../../linux/errno.ts';
import { Kit, tick } from '../../../../../testing/kit.ts';
import { everyWay, hostDir, inMemory, scratch } from '../../testing.ts';

const NAMES = ['a', 'b', 'f', 'l', 'none'];
/** Directories that are looked up so often that they are watched where that is possible. */
const DIRS = ['a', 'a/b', 'b', 'b/a'];
const LOOKS = ['stat', 'lstat', 'readlink', 'open', 'walk'] as const;
const status = new FileStatus();

type Step =
  | { by: 'look'; call: (typeof LOOKS)[number]; path: string }
  | { by: 'host' | 'us'; call: 'put' | 'mkdir' | 'unlink' | 'rmdir'; path: string; to: string }
  | { by: 'host' | 'us'; call: 'rename' | 'link' | 'symlink'; path: string; to: string };

const name = fc.constantFrom(...NAMES);
/** The names that are there at first, and one beside them. */
const known = fc.constantFrom(...DIRS, ...DIRS.map((dir) => `${dir}/f`), 'none');
/** Without `..`: whatever is a symlink, it leads to something below its own directory. */
const plain = fc.oneof(
  known,
  fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
);
/** With no more of `..` at any place than names before it: node:fs would leave the directory. */
const winding = fc
  .array(fc.oneof({ weight: 5, arbitrary: name }, fc.constantFrom('.', '..')), { minLength: 1, maxLength: 6 })
  .map((names) => {
    let depth = 0;
    const kept = names.filter((each) => each === '.' || (each === '..' ? --depth >= 0 || ++depth < 0 : ++depth > 0));
    return kept.join('/') || '.';
  });
const anyPath = fc.oneof(known, winding);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ by: fc.constant('look' as const), call: fc.constantFrom(...LOOKS), path: anyPath }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      by: fc.constantFrom('host' as const, 'us' as const),
      call: fc.constantFrom('put', 'mkdir', 'unlink', 'rmdir', 'rename', 'rename', 'link', 'symlink'),
      path: plain,
      to: plain,
    }),
  },
) as fc.Arbitrary<Step>;

/** The result of a call of node:fs, or its errno. */
function native<T>(call: () => T): T | string {
  try {
    return call();
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code!;
  }
}

function attributes({ ino, size, nlink, mode }: fs.Stats): string {
  return `${ino} ${size} ${nlink} ${mode.toString(8)}`;
}

function looked(kit: Kit, call: Step['call'], path: string): string {
  const { at, client } = kit.mount;
  if (call === 'readlink') {
    const target = at.readlinkat(kit.root, path);
    return typeof target === 'number' ? errnoName(target) : target;
  }
  if (call === 'open') return kit.openError(path);
  if (call === 'walk') {
    const names = path.split('/');
    const fid = client.walk(kit.root, names, 0, names.length);
    if (fid > 0) client.clunk(fid);
    // The errno of a later name is not told.
    return fid > 0 ? 'ok' : 'no';
  }
  const errno = at.statat(kit.root, path, call === 'stat', GETATTR_ALL, status);
  if (errno !== 0) return errnoName(errno);
  const { qid_path_lo, qid_path_hi, size, nlink, mode } = status.attributes;
  return `${(qid_path_hi >>> 0) * 2 ** 32 + (qid_path_lo >>> 0)} ${size} ${nlink} ${mode.toString(8)}`;
}

/** Returns the answer of Linux. A walk follows no symlink. */
function expected(root: string, call: Step['call'], path: string): string {
  const host = `${root}/${path}`;
  if (call === 'stat') return native(() => attributes(fs.statSync(host)));
  if (call === 'lstat') return native(() => attributes(fs.lstatSync(host)));
  if (call === 'readlink') return native(() => fs.readlinkSync(host));
  if (call === 'open') return native(() => (fs.closeSync(fs.openSync(host, 'r')), 'ok'));
  const names = path.split('/');
  const leads = names.every((_, i) => {
    const found = native(() => fs.lstatSync(`${root}/${names.slice(0, i + 1).join('/')}`));
    return typeof found !== 'string' && (i === names.length - 1 || found.isDirectory());
  });
  return leads ? 'ok' : 'no';
}

function change(kit: Kit, root: string, { by, call, path, to }: Exclude<Step, { by: 'look' }>): void {
  if (by === 'us') {
    if (call === 'put') native(() => kit.put(path, 'ours'));
    else if (call === 'rename' || call === 'link') kit[call](path, to);
    else if (call === 'symlink') kit.mount.at.symlinkat('a/f', kit.root, path);
    else kit[call as 'mkdir'](path);
    return;
  }
  const at = `${root}/${path}`;
  native(() => {
    if (call === 'put') fs.writeFileSync(at, 'of the host');
    else if (call === 'mkdir') fs.mkdirSync(at);
    else if (call === 'unlink') fs.unlinkSync(at);
    else if (call === 'rmdir') fs.rmdirSync(at);
    else if (call === 'rename') fs.renameSync(at, `${root}/${to}`);
    else if (call === 'link') fs.linkSync(at, `${root}/${to}`);
    else fs.symlinkSync('b', at);
  });
}

everyWay(NOT_LINUX)('looks between changes answer as node:fs does, whatever is cached or watched', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const { root, remove } = scratch(inMemory);
      for (const dir of ['a/b', 'b/a']) fs.mkdirSync(`${root}/${dir}`, { recursive: true });
      for (const dir of DIRS) fs.writeFileSync(`${root}/${dir}/f`, dir);
      fs.symlinkSync('a/b', `${root}/l`);
      fs.symlinkSync('b/f', `${root}/a/l`);
      for (let i = 0; i < 2; i++) tick();
      const backend = hostDir(root);
      const kit = new Kit({ backend, dispose: () => {} });
      try {
        for (const dir of DIRS) for (let i = 0; i < 40; i++) kit.clunk(kit.walk(`${dir}/f`));
        for (const at of steps) {
          if (at.by !== 'look') change(kit, root, at);
          else assert.is(looked(kit, at.call, at.path), expected(root, at.call, at.path), `${at.call} ${at.path}`);
        }
        kit.end();
      } finally {
        backend.close();
        remove();
      }
    }),
    { numRuns: Number(process.env['WASI9P_LOOKS'] ?? 30) },
  );
});

test.run();
