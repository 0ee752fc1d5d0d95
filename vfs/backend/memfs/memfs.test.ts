import { Volume } from 'memfs';
import { conformance } from '../conformance.ts';
import type { Outside } from '../conformance-kit.ts';
import { memfs } from './index.ts';

conformance('memfs', () => {
  const volume = new Volume();
  return {
    backend: memfs(volume),
    outside: { fs: volume as unknown as Outside['fs'], root: '' },
    dispose: () => volume.reset(),
  };
});
