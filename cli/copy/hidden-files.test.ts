// Files that cannot be copied because they are hidden.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pack } from '../../vfs/backends/tar/testing.ts';
import { cp } from '../commands/cp.ts';
import { ARCHIVES } from '../mounts/place.ts';
import { inScratch, runIt, type Run } from '../testing.ts';

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
      { name: 'd/e/none', type: '1', target: 'absent' },
      { name: 'link', type: '2', target: 'd' },
      { name: 'link/x', data: 'x' },
    );
    fs.writeFileSync('x.tar', members);
    const inD = [
      'd/../../up: it leads out of the archive.',
      "d/e/none: it links to 'absent', which is not in the archive before it.",
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

test.run();
