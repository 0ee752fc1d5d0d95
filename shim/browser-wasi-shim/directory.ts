// MountedDirectory: a wasi9p file system as a preopened directory of browser_wasi_shim.
import { wasi } from '@bjorn3/browser_wasi_shim';
import { DISPOSE } from '../../vfs/lib/dispose.ts';
import { Attachment, lentServerOf, type Server, type Source } from '../../vfs/connect/server-for.ts';
import { check } from '../../vfs/lib/options.ts';
import { WASI_ERRNO } from '../../vfs/linux/errno.ts';
import type { Descriptor } from '../preview1/descriptors/descriptor.ts';
import { DirectoryDescriptor } from '../preview1/descriptors/directory.ts';
import { OpenMountedDirectory, limited } from './open-directory.ts';

const encoder = new TextEncoder();

/**
 * A file system of ours as a preopened directory for a WASI class of browser_wasi_shim, where a PreopenDirectory would
 * stand. It has a session of its own with the server, which lasts until `close()`: it can be given to one program
 * after another, also when one has closed it.
 *
 * In the WASI class of 0.4.2 these are beyond its reach: path_symlink never gets here (ENOTSUP), nor does fd_advise;
 * files that the program leaves open stay open until `close()`, since its start() closes nothing; and a name that is
 * moved or linked from here into one of its own directories stays here, while that directory has a view of it.
 */
export class MountedDirectory extends OpenMountedDirectory {
  /** The program's path of it. */
  readonly prestat_name: string;
  readonly mount: Attachment;
  private closed = false;

  /**
   * @param name The program's path of it.
   * @param source A memfs Volume, a path of the host, a Server or a backend.
   * @throws TypeError for what is no source; Error when it cannot be attached to.
   */
  constructor(name: string, source: Source) {
    check(name, 'string', 'name');
    super(null);
    this.prestat_name = name;
    this.mount = new Attachment(lentServerOf(source));
  }

  get server(): Server {
    return this.mount.server;
  }

  /** Ends the session: the server lets go of all fids, also those of files that were left open. */
  close(): void {
    this.closed = true;
    this.descriptor = null;
    this.mount.close();
  }

  [DISPOSE](): void {
    this.close();
  }

  /** The directory's fid is taken when it is first needed, and again after an `fd_close`. */
  protected override use(right = 0): Descriptor | number {
    this.descriptor ??= this.another();
    return super.use(right);
  }

  private another(): DirectoryDescriptor | null {
    if (this.closed) return null;
    const { client } = this.mount;
    const fid = client.clone(client.root);
    return fid < 0 ? null : new DirectoryDescriptor(this.mount.at, fid);
  }

  /** Lets go of its fids. To close what is closed is no error here, for the next use opens it again. */
  override fd_close(): number {
    return this.descriptor === null && !this.closed ? 0 : super.fd_close();
  }

  override fd_prestat_get(): { ret: number; prestat: wasi.Prestat | null } {
    if (this.closed) return { ret: WASI_ERRNO.EBADF, prestat: null };
    return { ret: 0, prestat: wasi.Prestat.dir(this.prestat_name) };
  }

  /** As a preopen, with the rights that this has now. @throws Error after `close()`. */
  override toDescriptor(): Descriptor {
    const descriptor = this.another();
    if (descriptor === null) throw new Error(`The directory ${this.prestat_name} is closed: make a new one.`);
    descriptor.preopen = encoder.encode(this.prestat_name);
    return this.descriptor === null ? descriptor : limited(descriptor, this.descriptor);
  }
}
