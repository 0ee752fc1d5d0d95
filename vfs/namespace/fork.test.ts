// Forks of a namespace: each kind of tree, what is shared, and what close() ends.
import * as fs from 'node:fs';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AT_REST } from '../../testing/at-rest.ts';
import { conformance } from '../../testing/conformance/index.ts';
import { scratch } from '../../testing/scratch.ts';
import { byUvu } from '../../testing/uvu.ts';
import { hostDir } from '../backends/hostdir/index.ts';
import { memfs } from '../backends/memfs/index.ts';
import { overlay } from '../backends/overlay/index.ts';
import { ram } from '../backends/ram/index.ts';
import { readOnly } from '../backends/readonly/index.ts';
import { serverFor, type Server } from '../connect/server-for.ts';
import type { Backend, OwnedBackend } from '../backend/backend.ts';
import { Fork } from './fork.ts';
import { Namespace } from './index.ts';

/** The suite on the tree that a fork has for a store. */
function suite(name: string, make: () => OwnedBackend): void {
  conformance(
    `the tree of a fork: ${name}`,
    () => {
      const store = make();
      const server = serverFor(store);
      const fork = new Fork([server], { overlay });
      const dispose = (): void => {
        fork.close();
        store.close();
      };
      return { backend: fork.tree(server, '/', false) as Backend, dispose };
    },
    byUvu(),
  );
}

suite('ram', ram);
suite('a volume', () => memfs(new Volume()));

test('a store in memory is cloned, wherever it is mounted', () => {
  using store = ram();
  using other = ram();
  using namespace = new Namespace({ '/': store, '/again': store, '/other': other });
  namespace.fs.writeFileSync('/f', 'before');
  namespace.fs.writeFileSync('/other/f', 'before');
  using fork = namespace.fork();
  fork.fs.writeFileSync('/f', 'fork');
  namespace.fs.writeFileSync('/other/f', 'namespace');
  assert.is(fork.fs.readFileSync('/again/f', 'utf8'), 'fork');
  assert.is(namespace.fs.readFileSync('/again/f', 'utf8'), 'before');
  assert.is(fork.fs.readFileSync('/other/f', 'utf8'), 'before');
  using second = fork.fork();
  fork.fs.unlinkSync('/f');
  assert.is(second.fs.readFileSync('/f', 'utf8'), 'fork');
  assert.equal(fork.fs.readdirSync('/'), ['again', 'other']);
});

test('a directory of the host and a volume are below an overlay', () => {
  const { root: dir, remove } = scratch();
  fs.writeFileSync(`${dir}/f`, 'host');
  const volume = Volume.fromJSON({ '/v': 'volume' });
  using backend = hostDir(dir);
  using namespace = new Namespace({ '/dir': backend, '/vol': volume });
  {
    using fork = namespace.fork({ overlay });
    fork.fs.writeFileSync('/dir/f', 'fork');
    fork.fs.rmSync('/vol/v');
    fork.fs.mkdirSync('/vol/new');
    fork.fs.writeFileSync('/root', '');
    assert.is(fork.fs.readFileSync('/dir/f', 'utf8'), 'fork');
    assert.equal(fork.fs.readdirSync('/vol'), ['new']);
  }
  assert.is(fs.readFileSync(`${dir}/f`, 'utf8'), 'host');
  assert.equal(namespace.fs.readdirSync('/'), ['dir', 'vol']);
  assert.equal(namespace.fs.readdirSync('/vol'), ['v']);
  assert.is(serverFor(backend).inspect().sessions, 1, 'that of the namespace');
  remove();
});

test('a directory given by its path stays open until both are closed', () => {
  const { root: dir, remove } = scratch();
  fs.writeFileSync(`${dir}/f`, 'host');
  const namespace = new Namespace({ '/dir': dir });
  const { backend } = namespace.preopens['/dir'] as Server;
  assert.throws(
    () => namespace.fork(),
    /^\/dir cannot be forked without an overlay: pass \{ overlay \}, which wasi9p\/backends\/overlay exports\.$/,
  );
  const fork = namespace.fork({ overlay });
  namespace.close();
  assert.is(fork.fs.readFileSync('/dir/f', 'utf8'), 'host');
  fork.fs.writeFileSync('/dir/f', 'fork');
  fork.close();
  assert.is(fs.readFileSync(`${dir}/f`, 'utf8'), 'host');
  assert.throws(() => backend.root(), /The backend is closed/);
  assert.throws(() => namespace.fork(), /A closed namespace cannot be forked\./);
  remove();
});

test('read-only trees are shared, but a view is one of the forked tree', () => {
  using store = ram();
  const volume = memfs(Volume.fromJSON({ '/f': 'shared' }));
  using namespace = new Namespace({ '/': store, '/view': readOnly(store), '/ro': readOnly(volume) });
  namespace.fs.writeFileSync('/f', 'before');
  using fork = namespace.fork();
  assert.is(fork.preopens['/ro'], namespace.preopens['/ro']);
  namespace.fs.writeFileSync('/f', 'namespace');
  assert.is(fork.fs.readFileSync('/view/f', 'utf8'), 'before');
  fork.fs.writeFileSync('/f', 'fork');
  assert.is(fork.fs.readFileSync('/view/f', 'utf8'), 'fork');
  assert.throws(() => fork.fs.writeFileSync('/view/f', ''), /EROFS/);
  assert.throws(() => fork.fs.writeFileSync('/ro/f', ''), /EROFS/);
});

test('a server of another process cannot be forked, and nothing is left', () => {
  using store = ram();
  const server = serverFor(store);
  // The messages alone, as a socket would give them.
  const remote = { msize: server.msize, connect: () => server.connect() };
  using own = ram();
  const namespace = new Namespace({ '/': own, '/far': remote });
  assert.throws(
    () => namespace.fork(),
    /^\/far cannot be forked: its files are on a server of another process, which has no copy of them\.$/,
  );
  namespace.close();
  assert.equal(server.inspect(), AT_REST);
  assert.equal(serverFor(own).inspect(), AT_REST);
});

test('a store that is closed cannot be forked', () => {
  const store = ram();
  const namespace = new Namespace({ '/': store });
  store.close();
  assert.throws(() => namespace.fork(), /The backend is closed/);
  namespace.close();
});

test.run();
