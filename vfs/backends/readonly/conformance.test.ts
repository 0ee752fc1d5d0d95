// Read-only views and read-only host directories in the conformance suite.
import { Volume } from 'memfs';
import { readOnlyConformance, type MakeReadOnly } from '../../../testing/conformance/read-only.ts';
import type { Backend } from '../../backend/backend.ts';
import { hostDir } from '../hostdir/index.ts';
import { scratch } from '../hostdir/testing.ts';
import { memfs } from '../memfs/index.ts';
import { ram } from '../ram/index.ts';
import { readOnly } from './index.ts';
import { byUvu } from '../../../testing/uvu.ts';
import { test } from 'uvu';

/** A view of a fresh store. */
const viewOf =
  (make: () => Backend): MakeReadOnly =>
  (fill) => {
    const store = make();
    fill(store);
    return readOnly(store);
  };

/** A host directory, exported read-only on its own or by a view. */
const host =
  (byView: boolean): MakeReadOnly =>
  (fill) => {
    const { root, remove } = scratch();
    const writable = hostDir(root);
    fill(writable);
    const backend = byView ? writable : hostDir(root, { readOnly: true });
    if (!byView) writable.close();
    return {
      backend: readOnly(backend),
      leaks: () => {
        backend.trim();
        return backend.descriptors <= 1 ? '' : `${backend.descriptors} descriptors`;
      },
      dispose: () => {
        backend.close();
        remove();
      },
    };
  };

const KERNEL = { 'stat, walk and readlink move no atime': 'the host’s kernel moves it, by how the disk is mounted' };

readOnlyConformance('ram', viewOf(ram), byUvu());
readOnlyConformance(
  'memfs',
  viewOf(() => memfs(new Volume())),
  byUvu(),
);
readOnlyConformance('hostdir', host(false), byUvu(KERNEL));
readOnlyConformance('view of a hostdir', host(true), byUvu(KERNEL));

test.run();
