// Listings of a host directory: read incrementally, with bounded memory and stable cookies.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Kit, type Entry } from '../../../testing/kit.ts';
import { ram } from '../ram/index.ts';
import { overlay } from '../overlay/index.ts';
import type { HostDirStore } from './backend.ts';
import { Given, nameHash } from './node/given.ts';
import { Listings } from './tree/listings/listings.ts';
import { everyWay, hostDir, inMemory, scratch, throughProc } from './testing.ts';
import { NOT_LINUX, unless } from '../../../build/test/skip.ts';

const linux = everyWay(NOT_LINUX);
// Bun and Deno read a directory at once.
const atOnce = 'bun' in process.versions || 'deno' in process.versions;
const streamed = unless(NOT_LINUX || (atOnce ? 'this runtime reads a directory at once' : ''));

/** A backend on a directory of `count` files, whose node:fs counts the entries read. */
function counted(count: number): { kit: Kit; backend: HostDirStore; root: string; reads(): number; end(): void } {
  const { root, remove } = scratch(inMemory);
  for (let i = 0; i < count; i++) fs.closeSync(fs.openSync(`${root}/f${i}`, 'w'));
  let reads = 0;
  const counting = {
    ...fs,
    readdirSync: (...args: Parameters<typeof fs.readdirSync>) => {
      reads += count;
      return fs.readdirSync(...args);
    },
    opendirSync: (...args: Parameters<typeof fs.opendirSync>) => {
      const dir = fs.opendirSync(...args);
      return {
        readSync: () => {
          reads++;
          return dir.readSync();
        },
        closeSync: () => dir.closeSync(),
      };
    },
  } as unknown as typeof fs;
  const backend = throughProc(counting, root);
  const kit = new Kit({ backend, dispose: () => {} });
  const end = (): void => {
    kit.end();
    backend.close();
    remove();
  };
  return { kit, backend, root, reads: () => reads, end };
}

function open(kit: Kit): number {
  const fid = kit.clone(kit.root);
  assert.is(kit.lopen(fid), 'ok');
  return fid;
}

const names = (entries: Entry[]): string[] => entries.map(({ name }) => name).filter((name) => !/^\.\.?$/.test(name));

/** Room for some five entries. */
const FEW = 160;

streamed('the first entries cost as many reads in a large directory as in a small one', () => {
  const { kit, reads, end } = counted(3000);
  const fid = open(kit);
  assert.ok(kit.readdir(fid, 0, FEW).length > 2);
  assert.ok(reads() < 10, `${reads()} entries read`);
  kit.clunk(fid);
  end();
});

streamed('a listing in small pieces reads each entry once', () => {
  const { kit, reads, end } = counted(2000);
  const fid = open(kit);
  assert.is(kit.listFid(fid, 0, FEW).length, 2002);
  assert.ok(reads() < 2010, `${reads()} entries read`);
  kit.clunk(fid);
  end();
});

streamed('rmdir of a directory that is not empty reads one entry, of an overlay too', () => {
  const { backend, reads, end } = counted(3000);
  const merged = overlay({ lower: backend, upper: ram() });
  const over = new Kit({ backend: merged, dispose: () => {} });
  over.put('new', '');
  const before = reads();
  assert.is(backend.entries(backend.root() as never, 1), 1);
  assert.is(merged.entries(merged.root() as never, 1), 1);
  assert.ok(reads() - before < 10, `${reads() - before} entries read`);
  assert.is(backend.entries(backend.root() as never), 3000);
  assert.is(merged.entries(merged.root() as never), 3001);
  over.end();
  merged.close?.();
  end();
});

linux('an overlay’s directory whose first entries are hidden is not empty', () => {
  const { root, remove } = scratch(inMemory);
  fs.mkdirSync(`${root}/d`);
  for (let i = 0; i < 50; i++) fs.writeFileSync(`${root}/d/f${i}`, '');
  const lower = hostDir(root);
  const kit = new Kit({ backend: overlay({ lower }), dispose: () => {} });
  const all = kit.list('d');
  for (const name of all.slice(0, -1)) assert.is(kit.unlink(`d/${name}`), 'ok');
  assert.is(kit.rmdir('d'), 'ENOTEMPTY');
  assert.is(kit.unlink(`d/${all.at(-1)}`), 'ok');
  assert.is(kit.rmdir('d'), 'ok');
  assert.is(fs.readdirSync(`${root}/d`).length, 50);
  kit.end();
  lower.close();
  remove();
});

streamed('an entry that is gone before Node has looked at its kind takes no other with it', () => {
  const { root, remove } = scratch(inMemory);
  for (let i = 0; i < 100; i++) fs.writeFileSync(`${root}/f${i}`, '');
  let reads = 0;
  const unknown = {
    ...fs,
    opendirSync: (path: string, options: fs.OpenDirOptions) => {
      const dir = fs.opendirSync(path, options);
      const readSync = (): fs.Dirent | null => {
        // As on a file system without kinds: the entries read ahead are lost with the removed one.
        if (reads++ !== 20) return dir.readSync();
        for (let i = 0; i < options.bufferSize!; i++) dir.readSync();
        throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
      };
      return { readSync, closeSync: () => dir.closeSync() };
    },
  } as unknown as typeof fs;
  const backend = throughProc(unknown, root);
  const kit = new Kit({ backend, dispose: () => {} });
  assert.is(kit.list('').length, 100);
  kit.end();
  backend.close();
  remove();
});

linux('many listings at once have few descriptors, and each gives every entry once', () => {
  const { kit, backend, end, root } = counted(40);
  const count = (): number => fs.readdirSync('/proc/self/fd').length;
  const fids = Array.from({ length: 200 }, () => open(kit));
  const before = count();
  const seen = fids.map((fid) => kit.readdir(fid, 0, FEW));
  assert.ok(count() - before <= 64, `${count() - before} descriptors`);
  fs.unlinkSync(`${root}/f3`);
  fs.writeFileSync(`${root}/new`, '');
  // In turn, so that each is closed by its next turn.
  for (let more = true; more;) {
    more = false;
    for (const [i, fid] of fids.entries()) {
      const some = kit.readdir(fid, seen[i]!.at(-1)!.cookie, FEW);
      seen[i]!.push(...some);
      more ||= some.length > 0;
    }
  }
  backend.trim();
  assert.ok(count() <= before, `${count()} descriptors`);
  for (const entries of seen) {
    const given = names(entries);
    assert.is(new Set(given).size, given.length, 'none twice');
    for (let i = 0; i < 40; i++) if (i !== 3) assert.ok(given.includes(`f${i}`), `f${i}`);
  }
  kit.clunk(...fids);
  end();
});

linux('going back to any cookie gives what came after it and is there still', () => {
  const { kit, end, root } = counted(900);
  const fid = open(kit);
  const all = kit.listFid(fid, 0, FEW);
  for (let i = 0; i < 900; i += 3) fs.unlinkSync(`${root}/f${i}`);
  for (let i = 0; i < 50; i++) fs.writeFileSync(`${root}/new${i}`, '');
  const left = (entry: Entry): boolean => !entry.name.startsWith('f') || Number(entry.name.slice(1)) % 3 !== 0;
  const other = open(kit);
  const others = kit.listFid(other, 0, FEW);
  for (const at of [290, 5, 550, 2, 899, 40]) {
    assert.equal(
      kit.listFid(fid, all[at]!.cookie, FEW).filter(({ name }) => !name.startsWith('new')),
      all.slice(at + 1).filter(left),
    );
    // Another listing seeks back in between.
    assert.equal(kit.listFid(other, others[100]!.cookie, FEW), others.slice(101));
  }
  kit.clunk(fid, other);
  end();
});

linux('64 of many listings keep the names last returned, the others keep one', () => {
  const { kit, backend, end } = counted(100);
  const list = backend.list.bind(backend);
  const cursors: { recent: string[] }[] = [];
  backend.list = (dir) => {
    const cursor = list(dir);
    cursors.push(cursor as unknown as { recent: string[] });
    return cursor;
  };
  const fids = Array.from({ length: 80 }, () => open(kit));
  const heads = fids.map((fid) => kit.readdir(fid, 0, 2000));
  assert.is(cursors.length, 80);
  assert.is(cursors.filter(({ recent }) => recent.length > 0).length, 64);
  for (const [i, fid] of fids.entries()) {
    const rest = kit.listFid(fid, heads[i]!.at(-1)!.cookie, FEW);
    assert.equal(names([...heads[i]!, ...rest]).sort(), names(kit.listFid(fid, 0, 4000)).sort());
    assert.equal(kit.listFid(fid, 0, 4000).slice(5), kit.listFid(fid, kit.listFid(fid, 0, 4000)[4]!.cookie, FEW));
    kit.clunk(fid);
  }
  end();
});

test('the names that listings keep are limited, and freed when they are closed', () => {
  const { budget } = new Listings();
  budget.used = 2 ** 23 - 1000;
  const given = new Given(budget);
  let count = 0;
  while (given.add(`name ${count}`)) count++;
  assert.ok(count > 256 && count <= 1000, String(count));
  assert.is(given.positions().get(nameHash('name 77')), 77);
  given.clear();
  assert.is(budget.used, 2 ** 23 - 1000);
  assert.is(new Set(Array.from({ length: 10_000 }, (_, i) => nameHash(`f${i}`))).size, 10_000);
});

test.run();
