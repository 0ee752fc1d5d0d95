// One tree of several, seen by JavaScript and by a program alike: a directory of this machine under an overlay, an
// archive made on the way, and memory. The changes in the overlay are printed and discarded.
import { fileURLToPath } from 'node:url';
import { Namespace } from 'wasi9p';
import { hostDir } from 'wasi9p/backends/hostdir';
import { overlay } from 'wasi9p/backends/overlay';
import { ram } from 'wasi9p/backends/ram';
import { packTar } from 'wasi9p/archive';
import { tar } from 'wasi9p/backends/tar';

const here = fileURLToPath(new URL('.', import.meta.url));
const work = overlay({ lower: hostDir(here) });
const archive = tar(packTar(hostDir(here, { readOnly: true })));
const tree = new Namespace({ '/': ram(), '/work': work, '/saved': archive });
const { fs } = tree;

console.log(fs.readdirSync('/')); // [ 'saved', 'work' ]: mount points are there
fs.writeFileSync('/notes', fs.readFileSync('/saved/upper.c', 'utf8').split('\n')[0] ?? '');
fs.copyFileSync('/notes', '/work/notes');
fs.rmSync('/work/upper.c');
try {
  fs.rmSync('/saved/upper.c');
} catch (error) {
  console.log(/** @type {{ code: string }} */ (error).code); // EROFS
}
for (const { change, path } of work.diff()) console.log(change, path); // added notes, removed upper.c
tree.close();
