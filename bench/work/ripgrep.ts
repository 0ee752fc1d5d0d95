// ripgrep over a tree whose matches are counted while it is made.
import { brotliDecompressSync } from 'node:zlib';
import { importFile } from '../../wasm-tests/programs/packages.ts';
import { expect, expectSuccess, type Job, type Ready } from './job.ts';
import { put, textOf, type Ended, type ProgramHost } from './program-host.ts';

const PER_DIR = 50;
const LINES = 40;
const SEARCHES = [['-c', 'needle'], ['-o', '--no-filename', 'n[a-z]+dle \\d+5\\b'], ['--files']];

/** The tree of files, with the expected matches. */
class Haystack {
  readonly files: [path: string, text: string][] = [];
  /** Files with a needle, and lines that the second search gives. */
  withNeedle = 0;
  exact = 0;

  constructor(count: number) {
    for (let i = 0; i < count; i++) this.files.push([`/tmp/dir${Math.floor(i / PER_DIR)}/file${i}.txt`, this.text(i)]);
  }

  private text(i: number): string {
    let text = '';
    let needles = 0;
    for (let k = 0; k < LINES; k++) {
      const needle = (i * 7 + k) % 97 === 0;
      if (needle) needles++;
      if (needle && (i + k) % 10 === 5) this.exact++;
      text += needle ? `a needle ${i + k}\n` : `straw ${i} and straw ${k}, and nothing else in this line\n`;
    }
    if (needles > 0) this.withNeedle++;
    return text;
  }
}

async function load(quick: boolean): Promise<Ready> {
  const packed = await importFile<{ getCompressedBytes(): Uint8Array }>('ripgrep/lib/_rg.wasm.mjs');
  const module = await WebAssembly.compile(brotliDecompressSync(packed.getCompressedBytes()));
  const haystack = new Haystack(quick ? 500 : 2300);
  let ended: Ended[] = [];
  return {
    fill(host: ProgramHost) {
      const made = new Set<string>();
      for (const [path, text] of haystack.files) put(host, made, path, text);
    },
    run(host) {
      ended = SEARCHES.map((args) => host.run(module, ['rg', '--no-heading', '-N', ...args, '/tmp']));
    },
    result() {
      for (const each of ended) expectSuccess(each);
      // Directories are read in any order.
      const lines = ended.map(({ stdout }) => textOf(stdout).split('\n').slice(0, -1).sort());
      const [counted, exact, listed] = lines;
      expect(counted!.length === haystack.withNeedle, `a needle in ${counted!.length} files`);
      expect(exact!.length === haystack.exact && haystack.exact > 0, `${exact!.length} exact lines`);
      expect(listed!.length === haystack.files.length, `${listed!.length} files`);
      return lines.flat().join('\n');
    },
  };
}

export const ripgrep: Job = { key: 'ripgrep', label: 'ripgrep, three searches over 2,300 files', goal: 1, load };
