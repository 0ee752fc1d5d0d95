// The system's tar unpacks what we save, and we read what it packs.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE } from '../../9p/constants.ts';
import { fill } from '../conformance-tree.ts';
import { hostDir } from '../hostdir/index.ts';
import { ram } from '../ram/index.ts';
import { load, save, tar } from './index.ts';
import { content, rich, setTimes, hasTar, inScratch, mounted, systemTar } from './testing.ts';
import { setMode } from '../../client/seldom.ts';

const compare = hasTar ? test : test.skip;
if (!hasTar) console.log('The comparison with GNU tar is skipped: it is not here.');

compare('the system’s tar unpacks what we save', () => {
  inScratch((dir) => {
    const store = rich();
    fs.writeFileSync(`${dir}/a.tar`, save(store));
    fs.mkdirSync(`${dir}/out`);
    const list = Buffer.from(systemTar(dir, '-tvf', 'a.tar', '--numeric-owner')).toString();
    assert.match(list, /^-rwsr-s--x 3000000\/70 +1 .* late$/m);
    assert.match(list, /^hrw-r--r-- 0\/0 +0 .* e\/hard link to d\/g$/m);
    systemTar(dir, '--warning=no-timestamp', '-xpf', 'a.tar', '-C', 'out', '--no-same-owner');
    const out = hostDir(`${dir}/out`);
    const unpacked = content(out);
    mounted(store, (kit) => {
      // What a host directory shows of set-user-ID bits is the host's matter.
      const fid = kit.walk('late');
      assert.is(setMode(kit.client, fid, SETATTR_MODE, Number(fs.statSync(`${dir}/out/late`).mode) & 0o7777), 0);
      kit.clunk(fid);
    });
    assert.is(unpacked, content(store));
    out.close();
    assert.is(fs.statSync(`${dir}/out/x`, { bigint: true }).mtimeNs, -500_000_000n);
  });
});

compare('we read and load what the system’s tar packs, in each of its formats', () => {
  inScratch((dir) => {
    const host = hostDir(`${(fs.mkdirSync(`${dir}/in`), dir)}/in`);
    fill(host);
    mounted(host, (kit) => {
      kit.link('f', 'd/hard');
      kit.symlink('y'.repeat(300), 'far');
      // Formats without fractions: whole seconds are the same in all.
      for (const path of ['f', 'x', 'big', 'd/g', 'far', 'l', 'd/sub/deep', 'd/sub', 'd', 'e'])
        setTimes(kit, path, 77, 0);
    });
    execFileSync('mkfifo', ['-m', '600', `${dir}/in/pipe`]);
    const wanted = content(host);
    for (const options of [
      ['--format=posix'],
      ['--format=gnu'],
      ['--format=posix', '-z'],
      ['--format=gnu', '-z'],
      ['--format=oldgnu'],
    ]) {
      const archive = systemTar(dir, '-c', ...options, '-C', 'in', '.');
      const isExact = options.includes('--format=posix');
      const seconds = (text: string): string => (isExact ? text : text.replace(/\.\d{9}/g, ''));
      assert.is(seconds(content(tar(archive))), seconds(wanted), options.join(' '));
      const into = ram();
      load(archive, into);
      assert.is(seconds(content(into)), seconds(wanted), options.join(' '));
    }
    // Names of more than 100 bytes, links to 300: not in ustar and v7.
    mounted(host, (kit) => {
      for (const name of ['far', 'x'.repeat(255)]) assert.is(kit.unlink(name), 'ok');
    });
    for (const format of ['ustar', 'v7']) {
      const names = fs.readdirSync(`${dir}/in`).filter((name) => format !== 'v7' || name !== 'pipe');
      const archive = systemTar(dir, '-c', `--format=${format}`, '-C', 'in', ...names.sort());
      mounted(tar(archive), (kit) => {
        assert.equal(kit.list(''), names.sort());
        assert.equal([kit.get('d/sub/deep'), kit.stat('f').nlink, kit.stat('f').mtime], ['deep', 2, '77.000000000']);
      });
    }
    host.close();
  });
});

compare('sparse files of the system’s tar are refused, each way it has to store them', () => {
  inScratch((dir) => {
    const fd = fs.openSync(`${dir}/s`, 'w');
    fs.writeSync(fd, 'x', 1 << 20);
    fs.closeSync(fd);
    for (const options of [
      ['--format=gnu'],
      ...['0.0', '0.1', '1.0'].map((v) => ['--format=posix', `--sparse-version=${v}`]),
    ]) {
      const archive = systemTar(dir, '-cS', ...options, 's');
      assert.throws(
        () => tar(archive),
        /is stored sparse in this tar archive: pack it again without --sparse\.$/,
        options.join(' '),
      );
    }
    mounted(tar(systemTar(dir, '-c', 's')), (kit) => assert.is(kit.stat('s').size, (1 << 20) + 1));
  });
});

test.run();
