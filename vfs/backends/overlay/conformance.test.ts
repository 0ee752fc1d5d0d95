// The conformance suite on overlays, with several kinds of layers.
import { Volume } from 'memfs';
import type { Backend } from '../../backend/backend.ts';
import { conformance } from '../../../testing/conformance/index.ts';
import type { Subject } from '../../../testing/kit.ts';
import { hostDir } from '../hostdir/index.ts';
import { scratch } from '../hostdir/testing.ts';
import { memfs } from '../memfs/index.ts';
import { ram } from '../ram/index.ts';
import { overlay } from './index.ts';
import { picture } from './testing.ts';
import { byUvu } from '../../../testing/uvu.ts';
import { test } from 'uvu';

/** An overlay of these layers; at the end nothing leaks, and the lower one is unchanged. */
function layered(lower: Backend, upper: Backend, atimes: boolean, dispose: () => void): Subject {
  const backend = overlay({ lower, upper });
  const before = picture(lower, atimes);
  return {
    backend,
    leaks() {
      if (picture(lower, atimes) !== before) return 'the lower layer has changed';
      return backend.leaked === 0 ? '' : `${backend.leaked} inodes`;
    },
    dispose,
  };
}

conformance('overlay of ram', () => layered(ram(), ram(), true, () => {}), byUvu());

conformance('overlay of memfs', () => layered(memfs(new Volume()), ram(), true, () => {}), byUvu());

conformance('overlay of an overlay', () => layered(overlay({ lower: ram() }), ram(), true, () => {}), byUvu());

conformance('overlay of ram, changes in memfs', () => layered(ram(), memfs(new Volume()), true, () => {}), byUvu());

conformance(
  'overlay of a host directory',
  () => {
    const { root, remove } = scratch();
    const lower = hostDir(root);
    const subject = layered(lower, ram(), false, () => {
      lower.close();
      remove();
    });
    const { leaks } = subject;
    subject.leaks = () => {
      lower.trim();
      return leaks!() || (lower.descriptors === 1 ? '' : `${lower.descriptors} descriptors`);
    };
    return subject;
  },
  byUvu(),
);

conformance(
  'overlay of ram, changes in a host directory',
  () => {
    const { root, remove } = scratch();
    const upper = hostDir(root);
    const subject = layered(ram(), upper, true, () => {
      upper.close();
      remove();
    });
    const { leaks } = subject;
    subject.leaks = () => {
      upper.trim();
      return leaks!() || (upper.descriptors === 1 ? '' : `${upper.descriptors} descriptors`);
    };
    return subject;
  },
  byUvu({ 'holes are passed over, however large': 'a host directory does not tell where its holes are' }),
);

test.run();
