// The backend of json-backend.mjs in the suite for read-only backends, with the suite's tree as a JSON object.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { S_IFDIR, S_IFLNK } from '../vfs/linux/constants.ts';
import type { Backend } from '../vfs/backend/backend.ts';
import { ram } from '../vfs/backends/ram/index.ts';
import { readOnlyConformance, type MakeReadOnly } from '../testing/conformance/read-only.ts';
import { Kit } from '../testing/kit.ts';
import { byUvu } from '../testing/uvu.ts';
import { createFs } from '../vfs/fs/index.ts';
import { JsonBackend } from './json-backend.mjs';

type Entries = ConstructorParameters<typeof JsonBackend>[0];

/** Returns the files of a directory as JSON; fifos and further names of a file are left out. */
function jsonOf(kit: Kit, path = ''): Entries {
  const entries: Entries = {};
  for (const name of kit.list(path)) {
    if (name === 'fifo' || name === 'h1' || name === 'h2') continue;
    const child = path === '' ? name : `${path}/${name}`;
    const { kind, perm, mtime } = kit.stat(child);
    const attributes = { mode: perm, mtime: mtime.split('.').map(Number) as [number, number] };
    if (kind === S_IFDIR) entries[name] = { ...attributes, entries: jsonOf(kit, child) };
    else if (kind === S_IFLNK) entries[name] = { ...attributes, target: kit.readlink(child) };
    else entries[name] = { ...attributes, base64: Buffer.from(bytesOf(kit, child)).toString('base64') };
  }
  return entries;
}

function bytesOf(kit: Kit, path: string): Uint8Array {
  const fs = createFs(kit.subject.backend);
  const bytes = fs.readFileSync(`/${path}`) as Uint8Array;
  fs.unmount();
  return bytes;
}

const make: MakeReadOnly = (fill) => {
  const store = ram();
  fill(store);
  const kit = new Kit({ backend: store, dispose: () => {} });
  // Through text, as from a file.
  const backend: Backend = new JsonBackend(JSON.parse(JSON.stringify(jsonOf(kit))) as Entries);
  kit.end();
  store.close();
  return backend;
};

readOnlyConformance('json', make, byUvu());

test('plain strings are text files; modes have defaults', () => {
  const backend = new JsonBackend({ a: 'text', d: { entries: { b: { target: '../a' } } } });
  const fs = createFs(backend);
  assert.is(fs.readFileSync('/d/b', 'utf8'), 'text');
  assert.equal([fs.statSync('/a').mode, fs.statSync('/d').mode], [0o100644, 0o40755]);
  assert.equal([fs.statSync('/a').size, fs.statSync('/a').nlink], [4, 1]);
  fs.unmount();
  backend.close();
});

test.run();
