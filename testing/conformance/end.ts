// Conformance of close(): every later call is EIO, and nothing crashes.
import * as assert from '../assert.ts';
import { SETATTR_MODE } from '../../vfs/9p/constants.ts';
import { O_CREAT, O_DIRECTORY, O_RDONLY, O_RDWR } from '../../vfs/linux/constants.ts';
import { DISPOSE } from '../../vfs/lib/dispose.ts';
import { Attachment, serverFor } from '../../vfs/connect/server-for.ts';
import type { Kit, Part } from '../kit.ts';

/** The answer of each call of the kit after close(); the names existed. */
function answers(kit: Kit, file: number, dir: number): Record<string, unknown> {
  const { client } = kit;
  return {
    walk: kit.walkError('d/f'),
    open: kit.openError('d/f'),
    openDirectory: kit.openError('d', O_RDONLY | O_DIRECTORY),
    create: kit.openError('new', O_RDWR | O_CREAT),
    mkdir: kit.mkdir('new'),
    symlink: kit.symlink('d', 'new'),
    link: kit.link('d/f', 'new'),
    unlink: kit.unlink('d/f'),
    rmdir: kit.rmdir('d'),
    rename: kit.rename('d/f', 'new'),
    readlink: kit.readlink('l'),
    read: kit.read(file),
    write: kit.write(file, 0, 'x'),
    fstat: kit.fstatError(file),
    truncate: kit.setSize(file, 0),
    chmod: client.setSize(file, SETATTR_MODE, 0) !== 0,
    fsync: client.fsync(file, false) !== 0,
    listing: (() => {
      try {
        return kit.readdir(dir, 0, 4096).length;
      } catch {
        return 'error';
      }
    })(),
  };
}

/** close() of a backend while a session has files open. */
export function ends({ when }: Part): void {
  when(
    ({ backend }) => backend.close !== undefined,
    'the backend has no end',
    'after close every call answers an errno, and open fids can be clunked',
    (kit) => {
      kit.mkdir('d');
      kit.put('d/f', 'text');
      kit.put('orphan', 'text');
      kit.symlink('d', 'l');
      const file = kit.open('d/f', O_RDWR);
      const reader = kit.open('d/f');
      const second = kit.open('d/f');
      const orphan = kit.open('orphan', O_RDWR);
      assert.is(kit.unlink('orphan'), 'ok');
      const dir = kit.walk('d');
      assert.is(kit.lopen(dir), 'ok');
      const { backend } = kit.subject;
      backend.close!();
      backend.close!();
      const results = answers(kit, file, dir);
      for (const [call, answer] of Object.entries(results)) {
        assert.ok(
          typeof answer === 'boolean' ? answer : /^E[A-Z]+$|^error$/.test(String(answer)),
          `${call}: ${answer}`,
        );
      }
      kit.server.inspect();
      assert.throws(() => new Attachment(serverFor(kit.server)), /refused the attach/);
      kit.clunk(file, reader, second, orphan, dir);
      (backend as unknown as Disposable)[DISPOSE]();
    },
  );
}
