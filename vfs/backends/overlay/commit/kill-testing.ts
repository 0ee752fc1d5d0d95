// Slow commits to be killed. As a program, with the arguments PATH WORKLOAD: runs the workload in an overlay of the
// directory, prints a word, and commits.
import * as fs from 'node:fs';
import { O_CREAT, O_WRONLY } from '../../../linux/constants.ts';
import { Kit } from '../../../../testing/kit.ts';
import { hostDir } from '../../hostdir/index.ts';
import { overlay } from '../index.ts';

/** A tree, and the changes of a guest. */
export interface Workload {
  plant(root: string): void;
  work(kit: Kit): void;
}

/** True for thousands of files and many MiB; false for a few, which are soon done. */
const IS_LONG = process.env['WASI9P_KILLS'] !== undefined;
const DIRS = IS_LONG ? 30 : 6;
const LARGE = IS_LONG ? 12 : 4;

const MIB = 'x'.repeat(1 << 20);

/** `count` names with a prefix. */
function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

/** Writes a file of the overlay in pieces of 1 MiB. */
function writeLarge(kit: Kit, path: string, mark: string, pieces: number): void {
  const fid = kit.openFid(path, O_WRONLY | O_CREAT);
  for (let i = 0; i < pieces; i++) {
    const text = mark + MIB.slice(mark.length);
    for (let at = 0; at < text.length;) at += kit.write(fid, i * text.length + at, text.slice(at)) as number;
  }
  kit.clunk(fid);
}

/** Swaps two trees of some levels, and rotates three, by a free name. */
const SWAPS: readonly (readonly string[])[] = [
  ['d0', 'd1'],
  ['d2', 'd3', 'd4'],
  ['d5/e0', 'd6/e0'],
  ['d5/e1/f0', 'd6/e1/f1', 'd7/e0/f0'],
  ['d8/e0/f0/g0', 'd9/e0/f0/g1'],
];

export const WORKLOADS: Readonly<Record<string, Workload>> = {
  'thousands of small files': {
    plant(root) {
      for (const dir of names('d', DIRS)) {
        fs.mkdirSync(`${root}/${dir}`);
        for (const file of names('f', 100)) fs.writeFileSync(`${root}/${dir}/${file}`, `old ${dir}/${file}`);
      }
    },
    work(kit) {
      for (const dir of names('d', DIRS)) {
        for (const [i, file] of names('f', 100).entries()) {
          if (i % 3 === 0) kit.put(`${dir}/${file}`, `new ${dir}/${file}`);
          else if (i % 3 === 1) kit.unlink(`${dir}/${file}`);
          else kit.put(`${dir}/${file}.new`, 'made');
        }
      }
    },
  },
  'few large files': {
    plant(root) {
      for (const file of names('f', LARGE)) fs.writeFileSync(`${root}/${file}`, `old ${file}`.padEnd(4 << 20, 'o'));
      for (const file of names('f', 3)) fs.linkSync(`${root}/${file}`, `${root}/${file}.link`);
    },
    work(kit) {
      for (const file of names('f', LARGE)) writeLarge(kit, file, `new ${file}`, 4);
      for (const file of names('g', 3)) writeLarge(kit, file, `made ${file}`, 4);
    },
  },
  'renames in circles and swaps': {
    plant(root) {
      for (const d of names('d', 10)) {
        for (const e of names('/e', 3)) {
          for (const f of names('/f', 3)) {
            for (const g of names('/g', 3)) {
              fs.mkdirSync(`${root}/${d}${e}${f}${g}`, { recursive: true });
              fs.writeFileSync(`${root}/${d}${e}${f}${g}/text`, `${d}${e}${f}${g}`);
            }
          }
        }
      }
    },
    work(kit) {
      for (let round = 0; round < 5; round++) {
        for (const circle of SWAPS) {
          kit.rename(circle[0]!, 'spare');
          for (let i = 1; i < circle.length; i++) kit.rename(circle[i]!, circle[i - 1]!);
          kit.rename('spare', circle.at(-1)!);
        }
        // Moves the content out.
        kit.rename(`d${[7, 8, 9, 7, 8][round]}/e2/f${[0, 1, 2, 1, 2][round]}`, `d${round}-out`);
        if (round < 3) kit.rename(`d${9 - round}/e1/f2/g2/text`, `d${round}-text`);
        kit.put(`d${round}-out/new`, 'new');
      }
    },
  },
};

if (process.argv[2] !== undefined && process.argv[3] !== undefined && process.argv[1]?.includes('kill-testing')) {
  const lower = hostDir(process.argv[2]);
  const merged = overlay({ lower });
  const kit = new Kit({ backend: merged, dispose: () => {} });
  WORKLOADS[process.argv[3]]!.work(kit);
  kit.end();
  const run = merged.committing();
  const begun = performance.now();
  let steps = 0;
  fs.writeSync(1, 'begins\n');
  while (run.step()) {
    if (steps > 0 || !fs.existsSync(`${process.argv[2]}/.wasi9p-commit/journal-1`)) continue;
    steps = performance.now();
    fs.writeSync(1, 'steps\n');
  }
  const end = performance.now();
  fs.writeSync(1, `${run.result.errno} ${end - begun} ${end - steps}\n`);
}
