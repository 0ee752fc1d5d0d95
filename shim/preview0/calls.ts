// The calls of snapshot 0 (wasi_unstable) on those of preview1: converts the structs and enums that differ.
import { WASI_ERRNO } from '../../vfs/linux/errno.ts';
import { EVENTTYPE, STRUCTS, WHENCE } from '../preview1/abi/structs.ts';
import type { Calls } from '../preview1/imports.ts';
import type { TracedGuest } from '../preview1/tracer.ts';
import { STRUCTS_0, WHENCE_0 } from './structs.ts';

const STAT = STRUCTS.filestat;
const STAT_0 = STRUCTS_0.filestat;
/** The bytes by which a filestat of preview1 is longer. */
const LONGER = STAT.size - STAT_0.size;
const SUB = STRUCTS.subscription;
const SUB_0 = STRUCTS_0.subscription;
const EVENT_SIZE = STRUCTS.event.size;
const U32_MAX = 0xffff_ffffn;

const WHENCES: Readonly<Record<number, WHENCE>> = {
  [WHENCE_0.CUR]: WHENCE.CUR,
  [WHENCE_0.END]: WHENCE.END,
  [WHENCE_0.SET]: WHENCE.SET,
};

/** Makes a filestat of snapshot 0 at `to` of the one of preview1 at `from`; they may overlap. */
function convertFilestat(view: DataView, from: number, to: number): void {
  const u64 = (offset: number) => view.getBigUint64(from + offset, true);
  const { dev, ino, filetype, nlink, size, atim, mtim, ctim } = STAT.fields;
  const type = view.getUint8(from + filetype[0]);
  const links = u64(nlink[0]);
  const values = [u64(dev[0]), u64(ino[0]), u64(size[0]), u64(atim[0]), u64(mtim[0]), u64(ctim[0])];
  const f = STAT_0.fields;
  // The bytes between the fields are zeros.
  view.setBigUint64(to + f.filetype[0], BigInt(type), true);
  view.setUint32(to + f.nlink[0], Number(links < U32_MAX ? links : U32_MAX), true);
  for (const [i, [offset]] of [f.dev, f.ino, f.size, f.atim, f.mtim, f.ctim].entries()) {
    view.setBigUint64(to + offset, values[i]!, true);
  }
}

/** Makes a subscription of preview1 at `to` of the one of snapshot 0 at `from` in `old`. */
function convertSubscription(old: DataView, from: number, view: DataView, to: number): void {
  const f = SUB_0.fields;
  const g = SUB.fields;
  const tag = old.getUint8(from + f.tag[0]);
  view.setBigUint64(to + g.userdata[0], old.getBigUint64(from + f.userdata[0], true), true);
  view.setUint8(to + g.tag[0], tag);
  const id = tag === EVENTTYPE.CLOCK ? f.clock_id : f.fd;
  view.setUint32(to + g.clock_id[0], old.getUint32(from + id[0], true), true);
  view.setBigUint64(to + g.timeout[0], old.getBigUint64(from + f.timeout[0], true), true);
  view.setBigUint64(to + g.precision[0], old.getBigUint64(from + f.precision[0], true), true);
  view.setUint16(to + g.flags[0], old.getUint16(from + f.flags[0], true), true);
}

/**
 * Returns the functions of wasi_unstable for a guest whose functions of preview1 are `calls`. Both take an i64 as two
 * numbers. sock_accept, which snapshot 0 does not have, is there, too: a guest of it does not import it.
 */
export function preview0Calls(calls: Calls, { memory: m }: TracedGuest): Calls {
  /**
   * Makes a call that writes a filestat. It writes one of preview1 that ends where that of snapshot 0 ends, so that it is
   * out of bounds exactly if that is; the bytes before it are put back.
   */
  function filestat(pointer: number, call: (at: number) => number): number {
    const to = pointer >>> 0;
    const from = to < LONGER ? to : to - LONGER;
    const spare = from < to ? from : to + STAT_0.size;
    if (!m.fits(from, STAT.size)) return call(from);
    const kept = m.view.getBigUint64(spare, true);
    const errno = call(from);
    if (errno === 0 && m.fits(from, STAT.size)) {
      convertFilestat(m.view, from, to);
      m.view.setBigUint64(spare, kept, true);
    }
    return errno;
  }

  return {
    ...calls,

    fd_seek: (fd, lo, hi, whence, out) => calls.fd_seek(fd, lo, hi, WHENCES[whence >>> 0] ?? whence, out),

    fd_filestat_get: (fd, stat) => filestat(stat, (at) => calls.fd_filestat_get(fd, at)),

    path_filestat_get: (fd, flags, path, length, stat) =>
      filestat(stat, (at) => calls.path_filestat_get(fd, flags, path, length, at)),

    /** The subscriptions of preview1 are made in the place of those of snapshot 0, which are put back afterwards. */
    poll_oneoff(inPtr, outPtr, count, nevents) {
      const from = inPtr >>> 0;
      const events = outPtr >>> 0;
      const n = count >>> 0;
      if (n > 0 && !m.fits(from, n * SUB_0.size)) return WASI_ERRNO.EFAULT;
      const old = m.u8.slice(from, from + n * SUB_0.size);
      const view = new DataView(old.buffer);
      for (let i = 0; i < n; i++) convertSubscription(view, i * SUB_0.size, m.view, from + i * SUB.size);
      const errno = calls.poll_oneoff(inPtr, outPtr, count, nevents);
      m.fits(from, old.length);
      // The events may lie where the subscriptions do.
      const ready = errno === 0 ? m.view.getUint32(nevents >>> 0, true) : 0;
      const written = m.u8.slice(events, events + ready * EVENT_SIZE);
      m.u8.set(old, from);
      m.u8.set(written, events);
      if (errno === 0) m.view.setUint32(nevents >>> 0, ready, true);
      return errno;
    },
  };
}
