// The files of one test: their limit.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCapacity } from '../vfs/backend/space.ts';
import { createFs } from '../vfs/fs/index.ts';
import { Fixtures, TestFiles } from './files.ts';
import { DEFAULT_SPEC } from './spec.ts';

test('the files of all tests that run take no more memory than one store may', () => {
  const host = mkdtempSync(join(tmpdir(), 'wasi9p-files-'));
  // Each worker has a MiB.
  const fixtures = new Fixtures(Math.floor(defaultCapacity() / 2 ** 20));
  const files = new TestFiles({ ...DEFAULT_SPEC, fixtures: [{ guest: '/data', host }], tmp: true }, fixtures);
  const [data, tmp] = Object.values(files.preopens).map((backend) => createFs(backend));
  data!.writeFileSync('/half', new Uint8Array(700_000));
  try {
    tmp!.writeFileSync('/half', new Uint8Array(700_000));
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code?: string }).code, 'ENOSPC');
  }
  data!.unmount();
  tmp!.unmount();
  files.close();
  const next = new TestFiles(DEFAULT_SPEC, fixtures);
  const fs = createFs(next.preopens['/']!);
  fs.writeFileSync('/tmp/most', new Uint8Array(900_000));
  fs.unmount();
  next.close();
  fixtures.close();
  rmSync(host, { recursive: true });
});

test.run();
