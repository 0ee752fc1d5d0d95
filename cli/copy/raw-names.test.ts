// cp, ls, tree, cat and diffs with names that are not UTF-8.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { plantRaw, rawPath, rawPicture } from '../../testing/raw-tree.ts';
import { hasTar, systemTar } from '../../vfs/backends/tar/testing.ts';
import { cat } from '../commands/cat.ts';
import { cp } from '../commands/cp.ts';
import { ls } from '../commands/ls.ts';
import { tree } from '../commands/tree.ts';
import { ARCHIVES } from '../mounts/place.ts';
import { inScratch, runIt, type Run } from '../testing.ts';
import { NOT_LINUX, unless } from '../../build/test/skip.ts';

const linux = unless(NOT_LINUX);
const withTar = unless(NOT_LINUX || (hasTar ? '' : 'GNU tar is not installed'));

function copied(...argv: string[]): void {
  assert.equal(outcome(runIt(cp, argv, { archives: ARCHIVES })), [0, '', '']);
}

function outcome({ status, stdout, stderr }: Run): [number, string, string] {
  return [status, stdout, stderr];
}

linux('cp copies names of this machine byte for byte, through each mount, too', () => {
  inScratch(() => {
    fs.mkdirSync('d');
    plantRaw('d');
    const original = rawPicture('d');
    copied('-r', 'd', 'copy');
    assert.equal(rawPicture('copy'), original);
    for (const option of ['--dir', '--ro', '--overlay']) {
      copied('-r', option, 'd::/w', '/w', `out${option}`);
      assert.equal(rawPicture(`out${option}`), original, option);
    }
    copied('d/caf\udce9/na\udcefve.txt', 'n\udcfc');
    assert.is(fs.readFileSync(rawPath('.', 'n\xfc'), 'utf8'), 'latin');
    fs.renameSync('d', rawPath('.', 'd\xe9'));
    copied('-r', 'd\udce9/.', 'again');
    assert.equal(rawPicture('again'), original);
    copied('-r', '--dir', 'd\udce9::/w', '/w', 'mounted');
    assert.equal(rawPicture('mounted'), original);
  });
});

withTar('cp copies out of an archive of GNU tar, whose own name is not UTF-8', () => {
  inScratch((dir) => {
    fs.mkdirSync('d');
    plantRaw('d');
    fs.writeFileSync(rawPath('.', 'x\xe9.tar'), systemTar(dir, '-C', 'd', '-c', '.'));
    copied('-r', 'x\udce9.tar:/', 'out');
    assert.equal(rawPicture('out'), rawPicture('d'));
    copied('-r', '--tar', 'x\udce9.tar::/t', '/t', 'mounted');
    assert.equal(rawPicture('mounted'), rawPicture('d'));
    const said = runIt(cat, ['x\udce9.tar:caf\udce9/na\udcefve.txt'], { archives: ARCHIVES });
    assert.equal(outcome(said), [0, 'latin', '']);
  });
});

linux('ls and tree print such names in quotes, each byte in octal digits', () => {
  inScratch(() => {
    fs.mkdirSync(rawPath('.', 'd'));
    fs.mkdirSync(rawPath('d', 'caf\xe9'));
    fs.writeFileSync(rawPath('d', 'caf\xc3\xa9'), '');
    fs.symlinkSync(rawPath('caf\xe9'), rawPath('d', 'l\xff'));
    // In the order of the bytes.
    assert.equal(outcome(runIt(ls, ['d'])), [0, 'café\n"caf\\351"\n"l\\377"\n', '']);
    assert.match(runIt(ls, ['-l', 'd']).stdout, / "l\\377" -> "caf\\351"\n/);
    const drawn = 'd\n├── café\n├── "caf\\351"\n└── "l\\377" -> "caf\\351"\n\n1 directory, 2 files\n';
    assert.equal(outcome(runIt(tree, ['d'])), [0, drawn, '']);
    assert.equal(outcome(runIt(ls, ['d/caf\udce9'])), [0, '', '']);
    const [status, , stderr] = outcome(runIt(ls, ['d/caf\udce8']));
    assert.is(status, 1);
    assert.match(stderr, /^wasi9p ls: "d\/caf\\350": /);
  });
});

test.run();
