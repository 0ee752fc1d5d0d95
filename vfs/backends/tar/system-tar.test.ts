// The system tar unpacks the archives of packTar, and `tar` reads the archives of the system tar.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETATTR_MODE } from '../../9p/constants.ts';
import { fill } from '../../../testing/conformance/read-only-tree.ts';
import { hostDir } from '../hostdir/index.ts';
import { ram } from '../ram/index.ts';
import { unpackTar, packTar } from '../../archive/index.ts';
import { tar } from './index.ts';
import { content, rich, setTimes, hasTar, inScratch, mounted, systemTar } from './testing.ts';
import { setMode } from '../../client/rare-messages.ts';
import { unless } from '../../../build/test/skip.ts';

const compare = unless(hasTar ? '' : 'GNU tar is not installed');

compare('the system’s tar unpacks what we save', () => {
  inScratch((dir) => {
    const store = rich();
    fs.writeFileSync(`${dir}/a.tar`, packTar(store));
    fs.mkdirSync(`${dir}/out`);
    const list = Buffer.from(systemTar(dir, '-tvf', 'a.tar', '--numeric-owner')).toString();
    assert.match(list, /^-rwsr-s--x 3000000\/70 +1 .* late$/m);
    assert.match(list, /^hrw-r--r-- 0\/0 +0 .* e\/hard link to d\/g$/m);
    systemTar(dir, '--warning=no-timestamp', '-xpf', 'a.tar', '-C', 'out', '--no-same-owner');
    const out = hostDir(`${dir}/out`);
    const unpacked = content(out);
    mounted(store, (kit) => {
      // The set-user-ID bits that a host directory shows depend on the host.
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
      unpackTar(archive, into);
      assert.is(seconds(content(into)), seconds(wanted), options.join(' '));
    }
    // Names of more than 100 bytes, links to 300: not in ustar and v7.
    mounted(host, (kit) => {
      for (const name of ['far', 'x'.repeat(255)]) assert.is(kit.unlink(name), 'ok');
    });
    for (const format of ['ustar', 'v7']) {
      const names = fs.readdirSync(`${dir}/in`).filter((name) => format !== 'v7' || !/^(pipe|fifo)$/.test(name));
      const archive = systemTar(dir, '-c', `--format=${format}`, '-C', 'in', ...names.sort());
      mounted(tar(archive), (kit) => {
        assert.equal(kit.list(''), names.sort());
        assert.equal([kit.get('d/sub/deep'), kit.stat('f').nlink, kit.stat('f').mtime], ['deep', 2, '77.000000000']);
      });
    }
    host.close();
  });
});

/** Files with holes: their extents and sizes. */
const HOLES: Record<string, [size: number, ...at: number[]]> = {
  end: [(1 << 20) + 1, 1 << 20],
  begin: [1 << 20, 0],
  many: [1 << 25, ...Array.from({ length: 50 }, (_, i) => i * (1 << 19) + 4096)],
  nothing: [1 << 24],
  far: [2 ** 40, 2 ** 39, 2 ** 40 - 4096],
};

compare('sparse files of the system’s tar, each way it has to store them', () => {
  inScratch((dir) => {
    fs.mkdirSync(`${dir}/in`);
    for (const [name, [size, ...at]] of Object.entries(HOLES)) {
      const fd = fs.openSync(`${dir}/in/${name}`, 'w');
      fs.ftruncateSync(fd, size);
      for (const offset of at) fs.writeSync(fd, `at ${offset}`.slice(0, size - offset), offset);
      fs.closeSync(fd);
    }
    fs.writeFileSync(`${dir}/in/after`, 'after');
    for (const options of [
      ['--format=gnu'],
      ['--format=oldgnu'],
      ...['0.0', '0.1', '1.0'].map((version) => ['--format=posix', `--sparse-version=${version}`]),
    ]) {
      const archive = systemTar(dir, '-cS', ...options, '-C', 'in', ...fs.readdirSync(`${dir}/in`));
      assert.ok(archive.length < 1 << 20, options.join(' '));
      // Packed and unpacked by the system tar again.
      const into = ram();
      unpackTar(archive, into);
      fs.writeFileSync(`${dir}/again.tar`, packTar(into));
      fs.mkdirSync(`${dir}/out`);
      systemTar(dir, '-xSf', 'again.tar', '-C', 'out', '--no-same-owner');
      for (const [name, [size, ...at]] of Object.entries(HOLES)) {
        const outside = fs.openSync(`${dir}/out/${name}`, 'r');
        const { size: its, blocks } = fs.fstatSync(outside);
        assert.equal([its, blocks * 512 < size], [size, true], name);
        for (const store of [tar(archive), into]) {
          mounted(store, (kit) => {
            assert.is(kit.stat(name).size, size, options.join(' '));
            assert.ok(kit.stat(name).blocks * 512 < size);
            const fid = kit.open(name);
            for (const offset of [0, ...at.flatMap((each) => [each - 100, each, each + 1]), size - 1].filter(
              (o) => o >= 0,
            )) {
              const bytes = Buffer.alloc(200);
              const count = fs.readSync(outside, bytes, 0, 200, offset);
              assert.is(
                kit.read(fid, offset, 200),
                bytes.subarray(0, count).toString('latin1').replaceAll('\0', '.'),
                `${name} ${offset}`,
              );
            }
            kit.clunk(fid);
          });
        }
        fs.closeSync(outside);
      }
      mounted(tar(archive), (kit) => assert.is(kit.get('after'), 'after'));
      fs.rmSync(`${dir}/out`, { recursive: true });
    }
  });
});

test.run();
