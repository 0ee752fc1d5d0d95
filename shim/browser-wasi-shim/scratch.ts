// A scratch buffer in the place of guest memory, for descriptors used through an Fd.
import { GuestMemory } from '../preview1/memory/guest-memory.ts';

/** Bytes of `scratch`: as many dirents are fetched at once as wasi-libc would. */
export const SCRATCH_SIZE = 4096;

/** Memory where descriptors put a filestat or dirents when no guest's memory is at hand. */
export const scratch = scratchMemory();

function scratchMemory(): GuestMemory {
  const memory = new GuestMemory();
  memory.u8 = new Uint8Array(SCRATCH_SIZE);
  memory.view = new DataView(memory.u8.buffer);
  return memory;
}
