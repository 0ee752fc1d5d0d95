// A large archive in the wild: the sysroot of @yowasp/clang.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unpackTar as unpackElsewhere } from 'modern-tar';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../ram/index.ts';
import { unpackTar, packTar } from '../../archive/index.ts';
import { openTar as tar } from './open.ts';
import type { TarInode } from './inode.ts';
import { content } from './testing.ts';
import { unless } from '../../../build/test/skip.ts';

const FILE = fileURLToPath(new URL('../../../node_modules/@yowasp/clang/gen/llvm-resources.tar', import.meta.url));
const bytes = existsSync(FILE) ? new Uint8Array(readFileSync(FILE)) : null;

unless(bytes === null ? '@yowasp/clang is not installed' : '')(
  'the sysroot: every file as another library unpacks it, without a copy',
  async () => {
    const archive = bytes!;
    const backend = tar(archive);
    assert.equal(backend.skipped, []);
    let files = 0;
    for (const { header, data } of await unpackElsewhere(archive, { strict: true })) {
      const names = header.name.split('/').filter((name) => name !== '' && name !== '.');
      let at = backend.root();
      for (const name of names) at = backend.lookup(at, name) as TarInode;
      assert.is(at.meta.perm, header.mode);
      assert.is(at.meta.mtime.sec, header.mtime!.getTime() / 1000);
      if (header.type !== 'file') continue;
      files++;
      const own = at.data as Uint8Array;
      assert.is(Buffer.compare(own, data!), 0, header.name);
      // Not a copy.
      assert.is(own.buffer, archive.buffer);
    }
    assert.ok(files > 2000, `${files} files`);
    const store = ram();
    unpackTar(archive, store);
    assert.is(content(store), content(backend));
    const saved = packTar(store);
    assert.is(Buffer.compare(packTar(tar(saved)), saved), 0);
  },
);

test.run();
