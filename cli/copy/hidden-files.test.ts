// Files that cannot be copied because they are hidden.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pack } from '../../vfs/backends/tar/testing.ts';
import { cp } from '../commands/cp.ts';
import { ARCHIVES } from '../mounts/place.ts';
import { inScratch, runIt, type Run } from '../testing.ts';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';

const linux = unless(NOT_LINUX);

function copy(...argv: string[]): Run {
  return runIt(cp, ['-r', ...argv], { archives: ARCHIVES });
}

/** The printed errors, sorted. */
function errors({ status, stderr }: Run): [number, string[]] {
  return [status, stderr.split('\n').slice(0, -1).sort()];
}

test('members that an archive leaves out are reported at their paths', () => {
  inScratch(() => {
    const members = pack(
      { name: '../up', data: 'x' },
      { name: 'd/f', data: 'f' },
      { name: 'd/../../up', data: 'x' },
      { name: Uint8Array.of(100, 47, 255), data: 'x' },
      { name: 'd/e/none', type: '1', target: 'absent' },
      { name: 'link', type: '2', target: 'd' },
      { name: 'link/x', data: 'x' },
    );
    fs.writeFileSync('x.tar', members);
    const inD = [
      'd/../../up: it leads out of the archive.',
      "d/e/none: it links to 'absent', which is not in the archive before it.",
      'd/\ufffd: its name is not UTF-8.',
    ];
    const all = ['../up: it leads out of the archive.', ...inD, 'link/x: its directory is a file or a symlink.'];
    const lines = (base: string, texts: string[]): string[] => texts.map((text) => `wasi9p cp: ${base}${text}`).sort();
    assert.equal(errors(copy('x.tar:/', 'all')), [1, lines('x.tar:/', all)]);
    assert.equal(errors(copy('x.tar:d', 'd')), [1, lines('x.tar:', inD)]);
    assert.equal(errors(copy('--tar', 'x.tar::/t/u', '/t', 'mounted')), [1, lines('/t/u/', all)]);
    assert.equal(fs.readdirSync('all'), ['d', 'link']);
    assert.equal(fs.readdirSync('d'), ['e', 'f']);
    assert.equal(errors(copy('x.tar:d/f', 'f')), [0, []]);
  });
});

linux('names of this machine that are not UTF-8 are reported, in mounts, too', () => {
  inScratch(() => {
    fs.mkdirSync('d/e', { recursive: true });
    fs.mkdirSync('m');
    fs.writeFileSync('d/e/\ufffd', 'a name like any other');
    fs.writeFileSync(Buffer.from('642f652fff', 'hex'), '');
    fs.symlinkSync('d/e', 'l');
    const line = (base: string): [number, string[]] => [1, [`wasi9p cp: ${base}/\ufffd: its name is not UTF-8.`]];
    assert.equal(errors(copy('d', 'copy')), line('d/e'));
    assert.equal(fs.readdirSync('copy/e'), ['\ufffd']);
    assert.equal(errors(copy('l/.', 'm')), line('l/.'));
    for (const option of ['--dir', '--ro', '--overlay']) {
      assert.equal(errors(copy(option, 'd::/w', '--mem', '/w/e/m', '/w', 'm')), line('/w/e'), option);
    }
    // The rest is copied.
    assert.equal(fs.readdirSync('m/w/e'), ['m', '\ufffd']);
    // A mount hides the content of the directory below it.
    assert.equal(errors(copy('--dir', 'd::/w', '--mem', '/w/e', '/w', 'm')), [0, []]);
  });
});

test.run();
