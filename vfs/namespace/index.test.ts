// The public class Namespace: `fs`, `preopens` and its errors.
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { memfs } from '../backends/memfs/index.ts';
import { ram } from '../backends/ram/index.ts';
import { serverFor } from '../connect/server-for.ts';
import { AT_REST } from '../../testing/at-rest.ts';
import { Namespace } from './index.ts';

const code = (call: () => unknown): string => {
  try {
    call();
    return 'ok';
  } catch (thrown) {
    return (thrown as { code: string }).code;
  }
};

test('one view of all mounts, with the calls of node:fs', async () => {
  const volume = Volume.fromJSON({ '/src/hidden': '', '/f': 'root' });
  const sources = { '/': memfs(volume), '/src': ram(), '/made/on/the/way': ram() };
  const namespace = new Namespace(sources);
  const { fs } = namespace;
  fs.writeFileSync('/src/a', 'text');
  fs.mkdirSync('/src/deep/er', { recursive: true });
  assert.equal(fs.readdirSync('/'), ['f', 'made', 'src']);
  assert.equal(fs.readdirSync('/src'), ['a', 'deep']);
  assert.equal(fs.readdirSync('/made', { recursive: true }), ['on', 'on/the', 'on/the/way']);
  assert.equal(
    fs.readdirSync('/', { withFileTypes: true }).map((entry) => `${entry.name} ${entry.isDirectory()}`),
    ['f false', 'made true', 'src true'],
  );
  assert.is(await fs.promises.readFile('/src/deep/../../f', 'utf8'), 'root');
  assert.is.not(fs.statSync('/f').dev, fs.statSync('/src/a').dev);
  assert.is(
    code(() => fs.renameSync('/f', '/src/f')),
    'EXDEV',
  );
  assert.is(
    code(() => fs.linkSync('/f', '/src/f')),
    'EXDEV',
  );
  assert.is(
    code(() => fs.rmdirSync('/src')),
    'EBUSY',
  );
  assert.is(
    code(() => fs.mkdirSync('/made')),
    'EEXIST',
  );
  fs.symlinkSync('/src/a', '/link');
  assert.is(fs.readFileSync('/link', 'utf8'), 'text');
  fs.copyFileSync('/link', '/made/on/the/way/copy');
  assert.is(fs.readFileSync('/made/on/the/way/copy', 'utf8'), 'text');
  fs.rmSync('/src/deep', { recursive: true });
  namespace.close();
  for (const source of Object.values(sources)) assert.equal(serverFor(source).inspect(), AT_REST);
  assert.equal(volume.readdirSync('/').sort(), ['f', 'link', 'src'], 'nothing was made in the root');
});

test('without a root there is an empty one', () => {
  const namespace = new Namespace({ '/a/b': ram() });
  assert.equal(namespace.fs.readdirSync('/', { recursive: true }), ['a', 'a/b']);
  assert.equal(Object.keys(namespace.preopens), ['/', '/a/b']);
  namespace.close();
});

test('a relative mount point, or one with `..`, is an error', () => {
  assert.throws(
    () => new Namespace({ src: ram() }),
    /^Invalid mount point src: give an absolute path, without "\.\."\.$/,
  );
  assert.throws(
    () => new Namespace({ '/a/../b': ram() }),
    /^Invalid mount point \/a\/\.\.\/b: give an absolute path, without "\.\."\.$/,
  );
  assert.throws(
    () => new Namespace({ '/a': ram(), '//a/.': ram() }),
    /^\/\/a\/\. is given twice: mount one tree in one place\.$/,
  );
  assert.throws(
    () => new Namespace({ '/': ram(), '/.': ram() }),
    /^\/\. is given twice: mount one tree in one place\.$/,
  );
  const volume = Volume.fromJSON({ '/f': '' });
  assert.throws(
    () => new Namespace({ '/': volume, '/f': ram() }),
    /^Nothing can be mounted at \/f: there is a file, not a directory\.$/,
  );
  assert.equal(serverFor(volume).inspect(), AT_REST);
});

test.run();
