// A name of which only the attributes or the target are asked is looked at, and not opened (INTENT_BRIEF).
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NOT_LINUX, unless } from '../../../../../build/test/skip.ts';
import { GETATTR_ALL } from '../../../../9p/constants.ts';
import { FileStatus } from '../../../../client/attributes.ts';
import { errnoName } from '../../../../linux/errno.ts';
import { Kit } from '../../../../../testing/kit.ts';
import { libc, type Libc } from '../../libc/libc.ts';
import { everyWay, hosted as exported, inMemory, reasonAgainst, scratch, throughLibc } from '../../testing.ts';

const linux = unless(NOT_LINUX || reasonAgainst('openat'));
const status = new FileStatus();

interface Host {
  kit: Kit;
  root: string;
  /** Runs a function, and returns the calls of libc that it makes. */
  callsOf(run: () => void): string[];
  /** Runs a function before the next call of this name. */
  before(name: keyof Libc, run: () => void): void;
}

function stat(kit: Kit, path: string, follow = true): string {
  const errno = kit.mount.at.statat(kit.root, path, follow, GETATTR_ALL, status);
  return errno === 0 ? `${status.attributes.size}` : errnoName(errno);
}

function readlink(kit: Kit, path: string): string {
  const target = kit.mount.at.readlinkat(kit.root, path);
  return typeof target === 'number' ? errnoName(target) : target;
}

/** Runs a test on a directory, through a libc whose calls are noted. */
function hosted(run: (host: Host) => void): void {
  const { root, remove } = scratch(inMemory);
  fs.mkdirSync(`${root}/a/b`, { recursive: true });
  fs.writeFileSync(`${root}/a/b/file`, 'inside');
  fs.symlinkSync('a/b', `${root}/dir`);
  fs.symlinkSync('a/b/file', `${root}/link`);
  let log: string[] = [];
  const next = new Map<string, () => void>();
  const counting = Object.fromEntries(
    Object.entries(libc() as Libc).map(([name, call]) => [
      name,
      (...args: never[]) => {
        if (name !== 'errno' && name !== 'address') log.push(name);
        const first = next.get(name);
        next.delete(name);
        first?.();
        return (call as (...args: never[]) => number)(...args);
      },
    ]),
  ) as unknown as Libc;
  const before = fs.readdirSync('/proc/self/fd').length;
  const backend = throughLibc(counting, 'openat', root);
  const kit = new Kit({ backend, dispose: () => {} });
  run({
    kit,
    root,
    callsOf: (action) => {
      log = [];
      action();
      return log;
    },
    before: (name, action) => void next.set(name, action),
  });
  kit.end();
  backend.close();
  assert.is(fs.readdirSync('/proc/self/fd').length, before);
  remove();
}

linux('stat and lstat of a name are one call each, however often', () =>
  hosted(({ kit, callsOf }) => {
    for (let i = 0; i < 30; i++) {
      assert.equal(
        callsOf(() => assert.is(stat(kit, 'link', false), '8')),
        ['statx'],
      );
      assert.equal(
        callsOf(() => assert.is(stat(kit, 'a'), '60')),
        ['statx'],
      );
    }
  }),
);

linux('readlink is two calls', () =>
  hosted(({ kit, callsOf }) => {
    assert.equal(
      callsOf(() => assert.is(readlink(kit, 'link'), 'a/b/file')),
      ['statx', 'readlinkat'],
    );
    assert.is(readlink(kit, 'a'), 'EINVAL');
    assert.is(readlink(kit, 'none'), 'ENOENT');
  }),
);

linux('a symlink that is replaced between both calls: the target is that of the new one, and is not kept', () =>
  hosted(({ kit, root, before }) => {
    const replace = (target: string) => () => {
      fs.unlinkSync(`${root}/link`);
      fs.symlinkSync(target, `${root}/link`);
    };
    before('readlinkat', replace('a'));
    assert.is(readlink(kit, 'link'), 'a');
    before('readlinkat', () => fs.unlinkSync(`${root}/link`));
    assert.is(readlink(kit, 'link'), 'ENOENT');
    fs.symlinkSync('a', `${root}/link`);
    before('readlinkat', () => {
      fs.unlinkSync(`${root}/link`);
      fs.writeFileSync(`${root}/link`, 'a file');
    });
    assert.is(readlink(kit, 'link'), 'EINVAL');
    replace('dir')();
    assert.is(readlink(kit, 'link'), 'dir');
  }),
);

linux('a directory on the way, looked at alone, is opened when it is walked from', () =>
  hosted(({ kit, root }) => {
    for (const path of ['dir/file', 'dir/../b/file', 'link', 'dir/../../link', './a/b/../b/file']) {
      assert.is(stat(kit, path), '6', path);
    }
    fs.renameSync(`${root}/a/b`, `${root}/a/c`);
    assert.is(stat(kit, 'dir/file'), 'ENOENT');
    fs.mkdirSync(`${root}/a/b`);
    fs.writeFileSync(`${root}/a/b/file`, 'another');
    assert.is(stat(kit, 'dir/file'), '7');
  }),
);

linux('a path through symlinks answers as Linux does, whatever is replaced between two of its calls', () => {
  const seen = new Set<string>();
  const calls = ['openat', 'statx', 'readlinkat', 'close'] as const;
  const changes: Record<string, (root: string) => void> = {
    'a file': (root) => fs.writeFileSync(`${root}/new`, 'a file'),
    'a symlink': (root) => fs.symlinkSync('/etc/passwd', `${root}/new`),
    'a directory': (root) => fs.mkdirSync(`${root}/new`),
  };
  for (const call of calls) {
    for (const name of ['a', 'a/b', 'dir', 'link', 'a/b/file']) {
      for (const [kind, make] of Object.entries(changes)) {
        for (const path of ['link', 'dir/file', 'dir/../b/file', './dir/../../link', 'dir/.']) {
          for (let after = 0; after < 6; after++) {
            hosted(({ kit, root, before }) => {
              let left = after;
              const change = (): void => {
                if (left-- > 0) return before(call, change);
                make(root);
                fs.renameSync(`${root}/${name}`, `${root}/old`);
                fs.renameSync(`${root}/new`, `${root}/${name}`);
              };
              before(call, change);
              const answer = stat(kit, path);
              // As in the first tree, as in the second one, or as between the two.
              if (!/^[0-9]+$/.test(answer)) seen.add(answer);
              if (answer === 'EINVAL' || answer === 'ESTALE')
                assert.unreachable(`${call} ${name} ${kind} ${path}: ${answer}`);
              before(call, () => {});
            });
          }
        }
      }
    }
  }
  assert.equal([...seen].sort(), ['ENOENT', 'ENOTDIR', 'OUTSIDE']);
});

linux('the directory of a deep path that is replaced while it is walked from is not left', () =>
  hosted(({ kit, root, before }) => {
    // `dir` is resolved name by name: the look at `b` is followed by its opening.
    before('openat', () => {
      fs.renameSync(`${root}/a`, `${root}/z`);
      fs.symlinkSync('/etc', `${root}/a`);
    });
    assert.ok(['6', 'ENOENT', 'OUTSIDE', 'ENOTDIR'].includes(stat(kit, 'dir/file')));
    assert.is(stat(kit, 'a/passwd'), 'OUTSIDE');
  }),
);

linux('a walk that throws leaves no brief one behind', () =>
  hosted(({ kit, root }) => {
    const { client } = kit;
    const { transport } = client;
    const rpc = transport.rpc.bind(transport);
    transport.rpc = () => {
      throw new RangeError('no stack');
    };
    assert.throws(() => stat(kit, 'a'), /no stack/);
    transport.rpc = rpc;
    // The number of the fid that was to be made.
    client.fids.give(2);
    const fid = kit.walk('a/b/file');
    fs.renameSync(`${root}/a/b/file`, `${root}/elsewhere`);
    assert.is(kit.lopen(fid), 'ok');
    assert.is(kit.read(fid), 'inside');
    kit.clunk(fid);
  }),
);

everyWay(NOT_LINUX)('the number of .. follows a directory that is moved, whatever is looked at before', () => {
  for (const other of ['f', 'none', '.']) {
    exported(({ kit, root }) => {
      fs.mkdirSync(`${root}/p/d`, { recursive: true });
      fs.mkdirSync(`${root}/q`);
      fs.writeFileSync(`${root}/f`, '');
      const fid = kit.walk('p/d');
      assert.is(kit.lopen(fid), 'ok');
      const up = (): number => kit.readdir(fid, 0, 200).find(({ name }) => name === '..')!.ino;
      assert.is(up(), fs.statSync(`${root}/p`).ino);
      fs.renameSync(`${root}/p/d`, `${root}/q/d`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      stat(kit, other);
      assert.is(up(), fs.statSync(`${root}/q`).ino, other);
      kit.clunk(fid);
    });
  }
});

linux('after a walk that failed, an open file shows a change of the host at once', () =>
  hosted(({ kit, root }) => {
    const fid = kit.walk('a/b/file');
    for (let i = 0; i < 50; i++) {
      assert.is(stat(kit, 'a/b/file/x'), 'ENOTDIR');
      fs.truncateSync(`${root}/a/b/file`, i);
      assert.is(kit.fstat(fid).size, i);
    }
    kit.clunk(fid);
  }),
);

test.run();
