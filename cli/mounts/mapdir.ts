// The option --mapdir of `run` and of wasmtime.
import type { Option } from '../lib/options.ts';

export const MAPDIR = {
  name: 'mapdir',
  many: true,
  value: 'GUEST::HOST',
  help: 'The same as --dir HOST::GUEST, as older versions of wasmtime write it.',
} satisfies Option;
