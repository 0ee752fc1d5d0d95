// Names that are not UTF-8 through archives: those of the system's tar into each store and back, byte for byte.
import * as fs from 'node:fs';
import { Volume } from 'memfs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Iov } from '../../lib/iov.ts';
import { xattrcreate } from '../../client/rare-messages.ts';
import { plantRaw, rawPicture } from '../../../testing/raw-tree.ts';
import { unpackTar, packTar } from '../../archive/index.ts';
import type { Backend } from '../../backend/backend.ts';
import { everyWay, hostDir } from '../hostdir/testing.ts';
import { memfs } from '../memfs/index.ts';
import { overlay } from '../overlay/index.ts';
import { ram } from '../ram/index.ts';
import { tar } from './index.ts';
import { content, hasTar, inScratch, mounted, systemTar } from './testing.ts';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';

const reason = NOT_LINUX || (hasTar ? '' : 'GNU tar is not installed');
const compare = unless(reason);
const compareEachWay = everyWay(reason);

/** The archive of the tree, as GNU tar writes it, and a directory for what comes out of it. */
function archived(
  run: (bytes: Uint8Array, out: (make: (dir: string) => void) => string[], original: string[]) => void,
) {
  inScratch((dir) => {
    fs.mkdirSync(`${dir}/in`);
    plantRaw(`${dir}/in`);
    const original = rawPicture(`${dir}/in`);
    assert.is(original.length, 19);
    let next = 0;
    const out = (make: (dir: string) => void): string[] => {
      const into = `${dir}/out${next++}`;
      fs.mkdirSync(into);
      make(into);
      return rawPicture(into);
    };
    for (const format of ['gnu', 'posix'])
      run(systemTar(dir, `--format=${format}`, '-C', 'in', '-c', '.'), out, original);
  });
}

/** Unpacks an archive with the system's tar. */
function unpacked(bytes: Uint8Array): (dir: string) => void {
  return (dir) => {
    fs.writeFileSync(`${dir}.tar`, bytes);
    systemTar(dir, '-xpf', `${dir}.tar`, '--no-same-owner');
  };
}

compareEachWay('a tree in Latin-1 from GNU tar into a host directory', () => {
  archived((bytes, out, original) => {
    const load = (dir: string): void => {
      const host = hostDir(dir);
      unpackTar(bytes, host, ({ path, reason }) => assert.unreachable(`${path}: ${reason}`));
      const own = content(host);
      assert.is(own, content(tar(bytes)));
      host.close();
    };
    assert.equal(out(load), original);
  });
});

compareEachWay('a tree in Latin-1 of a host directory is packed, and GNU tar unpacks it', () => {
  inScratch((dir) => {
    for (const name of ['in', 'out']) fs.mkdirSync(`${dir}/${name}`);
    plantRaw(`${dir}/in`);
    const host = hostDir(`${dir}/in`);
    const bytes = packTar(host, ({ path, reason }) => assert.unreachable(`${path}: ${reason}`));
    host.close();
    unpacked(bytes)(`${dir}/out`);
    assert.equal(rawPicture(`${dir}/out`), rawPicture(`${dir}/in`));
  });
});

compare('a tree in Latin-1 into memory and out again', () => {
  archived((bytes, out, original) => {
    for (const make of [() => ram(), () => memfs(new Volume()), () => overlay({ lower: tar(bytes) })]) {
      const store: Backend = make();
      if (store.name !== 'overlay') unpackTar(bytes, store);
      mounted(store, (kit) => {
        assert.equal(kit.list('caf\udce9'), ['na\udcefve.txt', '\udcfcber']);
        assert.is(kit.get('l\udcefnk'), 'latin');
        assert.is(kit.get('f\udce4r'), 'long');
        assert.is(kit.get('café'), 'utf-8');
        assert.is(kit.readlink('dangling'), 'nowhere\udcff');
      });
      const packed = packTar(store, ({ path, reason }) => assert.unreachable(`${path}: ${reason}`));
      assert.equal(out(unpacked(packed)), original, store.name);
      store.close?.();
    }
  });
});

test('names of extended attributes that are not UTF-8 survive an archive', () => {
  const store = ram();
  mounted(store, (kit) => {
    kit.put('f', 'x');
    for (const name of ['user.\udce9', 'user.é', 'user.\udcc3=%']) {
      const fid = kit.walk('f');
      const iov = new Iov();
      iov.single(Buffer.from(name), 0, 1);
      assert.is(xattrcreate(kit.client, fid, name, 1, 0), 0);
      assert.is(kit.client.write(fid, 0, iov), 1);
      kit.clunk(fid);
    }
  });
  const bytes = packTar(store);
  assert.ok(Buffer.from(bytes).toString('latin1').includes('SCHILY.xattr.user.\xe9=u'));
  const copy = ram();
  unpackTar(bytes, copy);
  assert.equal(packTar(copy), bytes);
  const backend = tar(bytes);
  const names = backend.listxattr(backend.lookup(backend.root(), 'f') as never) as string[];
  assert.equal(names.sort(), ['user.é', 'user.\udcc3=%', 'user.\udce9'].sort());
});

test.run();
