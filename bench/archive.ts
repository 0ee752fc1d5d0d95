// `npm run bench -- archive`: the time to open a large archive, the sysroot of clang: mounted, and unpacked.
// Each sample is a process of its own, since a program does this once, before V8 has compiled anything.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Volume } from 'memfs';
import { memfs } from '../vfs/backends/memfs/index.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import { unpackTar } from '../vfs/archive/index.ts';
import { tar } from '../vfs/backends/tar/index.ts';
import { findCompiler } from '../toolchain/package.ts';
import { align, time } from './text.ts';

const ROUNDS = 5;

/** The ways to open the archive's bytes. */
const WAYS: Readonly<Record<string, (bytes: Uint8Array) => void>> = {
  'tar(), a mount': (bytes) => void tar(bytes),
  'tar() of the .tar.gz': (bytes) => void tar(bytes),
  'gunzip of node:zlib alone': (bytes) => void gunzipSync(bytes),
  'unpackTar() into ram': (bytes) => unpackTar(bytes, ram()),
  'unpackTar() into memfs': (bytes) => unpackTar(bytes, memfs(new Volume())),
};

function archive(): Uint8Array {
  return readFileSync(findCompiler().resources);
}

/** CPU time of one way, in this process, microseconds. */
function sample(way: string): number {
  const bytes = way.includes('gz') || way.includes('gunzip') ? new Uint8Array(gzipSync(archive())) : archive();
  const before = process.cpuUsage();
  WAYS[way]!(bytes);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const [way] = process.argv.slice(2);
if (way !== undefined) console.log(sample(way));
else {
  const samples = new Map(Object.keys(WAYS).map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, taken] of samples) {
      const ran = spawnSync(process.execPath, [process.argv[1]!, name], { encoding: 'utf8' });
      if (ran.status !== 0) throw new Error(ran.stderr);
      taken.push(1000 * Number(ran.stdout));
    }
  }
  const base = median(samples.get('tar(), a mount')!);
  const lines = [...samples].map(([name, taken]) => [
    name,
    time(median(taken)),
    `${time(Math.min(...taken))}–${time(Math.max(...taken))}`,
    (median(taken) / base).toPrecision(2),
  ]);
  console.log(align([['clang’s sysroot', 'median', 'of', '× the mount'], ...lines]));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
