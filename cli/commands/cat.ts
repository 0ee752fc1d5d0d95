// `wasi9p cat`: writes the content of files to standard output.
import type { Place } from '../mounts/place.ts';
import type { Tool, Work } from './tool.ts';

/** Size of the buffer, in bytes. */
const CHUNK = 256 << 10;

export const cat: Tool = {
  name: 'cat',
  usage: '[OPTIONS] PLACE…',
  about: 'Writes the content of files to standard output, one after the other.',
  options: [],
  least: 1,
  run(work) {
    const chunk = new Uint8Array(CHUNK);
    for (const word of work.words) work.attempt(word, () => pour(work, work.places.at(word), chunk));
  },
};

function pour(work: Work, { fs, path }: Place, chunk: Uint8Array): void {
  const fd = fs.openSync(path);
  try {
    for (let count = fs.readSync(fd, chunk); count > 0; count = fs.readSync(fd, chunk)) {
      work.write(chunk.subarray(0, count));
    }
  } finally {
    fs.closeSync(fd);
  }
}
