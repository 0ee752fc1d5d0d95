// Says which file a program has left in the root in memory, outside of what was granted, where it is lost.
import type { Backend } from '../../../vfs/backend/backend.ts';
import { createFs, type FileSystem } from '../../../vfs/fs/index.ts';
import { tell } from '../../lib/output.ts';
import { joined, own, text } from '../../lib/text.ts';
import { isGranted } from '../../mounts/mounts.ts';
import type { Job } from './job.ts';

/** Says it of the first file that is not below /tmp; nothing if there is none. The caller has checked that something was granted. */
export function tellLeft({ program, mounts }: Job, root: Backend): void {
  const fs = createFs(root);
  try {
    const files = filesIn(fs, '/');
    const { value: first } = files.next();
    if (first === undefined) return;
    const isOne = files.next().done === true;
    const what = isOne ? text`${first} in memory` : text`${first} and other files in memory`;
    const lost = isOne ? own('it is lost') : own('they are lost');
    const places = joined(
      mounts.filter(isGranted).map(({ guest }) => text`${guest}`),
      ', ',
    );
    tell(text`wasi9p: ${program} left ${what}, outside of ${places}: ${lost}.\n`);
  } finally {
    fs.unmount();
  }
}

function* filesIn(fs: FileSystem, dir: string): Generator<string, undefined> {
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    const path = `${dir}${entry.name}`;
    if (entry.isFile()) yield path;
    else if (entry.isDirectory() && path !== '/tmp') yield* filesIn(fs, `${path}/`);
  }
}
