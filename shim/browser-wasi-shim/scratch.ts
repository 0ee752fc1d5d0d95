// A scratch buffer in the place of guest memory, for descriptors used through an Fd.
import { GuestMemory } from '../preview1/memory/guest-memory.ts';

/** The size of `scratch` in bytes: the readdir buffer of wasi-libc. */
export const SCRATCH_SIZE = 4096;

/** The memory into which descriptors write a filestat or dirents for an Fd. Valid until the next such call. */
export const scratch = scratchMemory();

function scratchMemory(): GuestMemory {
  const memory = new GuestMemory();
  memory.u8 = new Uint8Array(SCRATCH_SIZE);
  memory.view = new DataView(memory.u8.buffer);
  return memory;
}
