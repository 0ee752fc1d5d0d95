// Tries the resolution of operands: paths of this machine, of archives and of mounts.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createFs } from '../../vfs/fs/index.ts';
import { ram } from '../../vfs/backends/ram/index.ts';
import { mountsOf, type GuestMount } from './mounts.ts';
import { UsageError } from '../lib/options.ts';
import { Places } from './place.ts';
import { JSON_ARCHIVE, inScratch } from '../testing.ts';

function mount(guest: string, file: string): GuestMount {
  const backend = ram();
  const view = createFs(backend);
  view.writeFileSync('/which', file);
  view.unmount();
  return { guest, backend };
}

function read(places: Places, text: string): string {
  const { fs: view, path } = places.at(text);
  return view.readFileSync(path, 'utf8');
}

test('paths of this machine, relative and absolute, by their symlinks', () => {
  inScratch((dir) => {
    fs.mkdirSync('a/b', { recursive: true });
    fs.writeFileSync('a/f', 'f');
    fs.symlinkSync('a/b', 'l');
    const places = new Places([]);
    for (const text of ['a/f', './a//f', `${dir}/a/f`, 'l/../f']) assert.is(read(places, text), 'f', text);
    assert.ok(places.at('l/').path.endsWith('/l/'));
    assert.throws(
      () => places.at(''),
      (error: unknown) => error instanceof UsageError,
    );
    places.close();
  });
});

test('in archives: the first colon after the name of an archive separates the path', () => {
  inScratch(() => {
    fs.writeFileSync('x.json', JSON.stringify({ '/in/f:1': 'in it', '/g.json:h': 'too' }));
    fs.writeFileSync('bad.json', 'nonsense');
    fs.writeFileSync('a:b', 'a file');
    const places = new Places([], [JSON_ARCHIVE]);
    assert.is(read(places, 'x.json:in/f:1'), 'in it');
    assert.is(read(places, 'x.json:/in/f:1'), 'in it');
    assert.is(read(places, './x.json:g.json:h'), 'too');
    assert.equal(places.at('x.json:').fs.readdirSync('/'), ['g.json:h', 'in']);
    assert.is(places.at('x.json:in').fs, places.at('x.json:').fs);
    assert.is(read(places, 'a:b'), 'a file');
    assert.is(places.at('x.json').fs.statSync(places.at('x.json').path).isFile(), true);
    assert.throws(() => places.at('bad.json:x'), /^bad\.json cannot be read: /);
    assert.throws(() => places.at('none.json:x'), /^none\.json cannot be read: no such file or directory\.$/);
    places.close();
  });
});

test('an unsupported archive format is reported, unless a file has exactly this name', () => {
  inScratch(() => {
    for (const name of ['x.tar.bz2', 'y.zip', 'y.zip:z', 'x.tar.old']) fs.writeFileSync(name, name);
    const places = new Places([]);
    const refused = (text: string) => () => places.at(text);
    const message = 'is not supported: only .tar, .tar.gz and .tgz archives are; unpack it first.';
    assert.throws(refused('x.tar.bz2:'), `x.tar.bz2 ${message}`);
    assert.throws(refused('./x.tar.bz2:a/b'), `./x.tar.bz2 ${message}`);
    assert.throws(refused('y.zip:a'), `y.zip ${message}`);
    assert.is(read(places, 'y.zip:z'), 'y.zip:z');
    assert.is(read(places, 'x.tar.bz2'), 'x.tar.bz2');
    assert.ok(places.at('none.zip:a').path.endsWith('/none.zip:a'));
    places.close();
  });
});

test('an archive that cannot be read is reported in sentences with one full stop', () => {
  inScratch(() => {
    fs.writeFileSync('x.tar', 'no archive');
    const places = new Places([]);
    const reason = /x\.tar cannot be read: this is not a tar archive: its first 512 bytes are not a tar header\.$/;
    assert.throws(() => places.at('x.tar:'), reason);
    assert.throws(
      () => mountsOf(new Map([['tar', ['x.tar::/t']]])),
      (error: unknown) =>
        error instanceof UsageError &&
        error.message ===
          '--tar x.tar::/t: x.tar cannot be read: this is not a tar archive: ' +
            'its first 512 bytes are not a tar header; give a whole .tar or .tar.gz file.',
    );
    places.close();
  });
});

test('in mounts: the longest prefix, by whole names; other paths stay the host’s', () => {
  inScratch(() => {
    fs.writeFileSync('which', 'host');
    const places = new Places([mount('/w', 'w'), mount('w/deep', 'deep'), mount('/', 'root'), mount('/wide', 'wide')]);
    const cases = { '/which': 'root', '/w/which': 'w', '/w/deep/which': 'deep', '/wide/which': 'wide', which: 'host' };
    for (const [text, content] of Object.entries(cases)) assert.is(read(places, text), content, text);
    assert.is(read(places, '/w/deep/../which'), 'w');
    assert.equal([places.at('/w').path, places.at('/w').name, places.at('/').name], ['/w', 'w', '']);
    assert.is(places.at('/w/x/').path, '/w/x/');
    places.close();
  });
});

test('a path is suggested from its directory, on this machine, in archives and in mounts', () => {
  inScratch(() => {
    fs.mkdirSync('data');
    fs.writeFileSync('data/one.txt', '');
    fs.writeFileSync('x.json', JSON.stringify({ '/in/file': '' }));
    const places = new Places([mount('/w', 'w')], [JSON_ARCHIVE]);
    const cases: Record<string, string | undefined> = {
      dta: 'data',
      'data/one.tx': 'data/one.txt',
      'x.json:in/flie': 'x.json:in/file',
      'x.json:im': 'x.json:in',
      '/w/whihc': '/w/which',
      'data/two.pdf': undefined,
      'none/one.txt': undefined,
      'bad.zip:x': undefined,
      '': undefined,
    };
    for (const [text, near] of Object.entries(cases)) assert.is(places.near(text), near, text);
    places.close();
  });
});

test('without a mounted root there is one in memory, in which the others show', () => {
  const places = new Places([mount('/w', 'w'), mount('/a/b', 'b')]);
  const { fs: view, path } = places.at('/');
  assert.equal(view.readdirSync(path), ['a', 'tmp', 'w']);
  assert.equal(places.at('/a').fs.readdirSync('/a'), ['b']);
  places.close();
});

test.run();
