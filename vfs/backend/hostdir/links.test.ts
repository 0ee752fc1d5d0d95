import * as fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errnoName } from '../../errno.ts';
import { Server } from '../../server/server.ts';
import { Client } from '../../server/testing.ts';
import { HostDirBackend } from './backend.ts';
import { hostDir } from './index.ts';
import { PathTree } from './path-tree.ts';
import { scratch } from './testing.ts';

/** Tlink or Trename of a fid: the errno's name. */
type Ask = (message: 'Tlink' | 'Trename', fid: number, to: string) => string;

/** Runs over 9P; before each request the directory lets go of all that it need not hold. */
function over9P(byPaths: boolean, run: (c: Client, ask: Ask, root: string) => void) {
  const { root, remove } = scratch();
  const backend = byPaths ? new HostDirBackend(fs, new PathTree(fs, root)) : hostDir(root);
  const server = new Server(backend);
  try {
    const c = new Client(server);
    run(
      c,
      (message, fid, to) => {
        let errno = 0;
        c.within(to, (dfid, name) => {
          backend.trim();
          errno = c.errno(message, { dfid, fid, name });
        });
        backend.trim();
        return errnoName(errno);
      },
      root,
    );
  } finally {
    server.close();
    backend.close();
    remove();
  }
}

for (const byPaths of [false, true])
  for (const [from, to] of [
    ['', ''],
    ['', 'd/'],
    ['d/', ''],
    ['d/', 'd/e/'],
    ['d/e/', 'g/'],
  ] as const) {
    const which = `${byPaths ? 'by paths: ' : ''}'${from}' to '${to}'`;

    test(`a file is linked by a fid whose own name is gone, ${which}`, () =>
      over9P(byPaths, (c, ask) => {
        for (const dir of ['d', 'd/e', 'g']) c.mkdir(dir);
        c.file(`${from}a`, 'text');
        const fid = c.walk(`${from}a`);
        assert.is(ask('Tlink', fid, `${to}b`), 'ok');
        c.unlink(`${from}a`);
        assert.is(ask('Tlink', fid, `${from}c`), 'ok');
        c.unlink(`${to}b`);
        assert.is(ask('Tlink', fid, `${to}e2`), 'ok');
        assert.is(c.text(`${from}c`), 'text');
      }));

    test(`a fid's name is moved and removed after the file was linked elsewhere, ${which}`, () =>
      over9P(byPaths, (c, ask, root) => {
        for (const dir of ['d', 'd/e', 'g']) c.mkdir(dir);
        c.file(`${from}a`, 'text');
        const fid = c.walk(`${from}a`);
        assert.is(ask('Tlink', fid, `${to}b`), 'ok');
        assert.is(ask('Trename', fid, `${from}c`), 'ok');
        assert.is(ask('Trename', fid, `${to}c2`), 'ok');
        assert.is(errnoName(c.errno('Tremove', { fid })), 'ok');
        assert.is(c.text(`${to}b`), 'text');
        const gone = [`${from}a`, `${from}c`, `${to}c2`].map((path) => fs.existsSync(join(root, path)));
        assert.equal(gone, [false, false, false]);
      }));
  }

test.run();
