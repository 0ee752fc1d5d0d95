// MountedDirectory: a wasi9p file system as a preopened directory of browser_wasi_shim.
import { wasi } from '@bjorn3/browser_wasi_shim';
import { DISPOSE } from '../../vfs/lib/dispose.ts';
import {
  Attachment,
  lentServerOf,
  type Attachable,
  type LocalSource,
  type Server,
  type Source,
} from '../../vfs/connect/server-for.ts';
import { checkKind } from '../../vfs/lib/options.ts';
import { WASI_ERRNO } from '../../vfs/linux/errno.ts';
import { DirectoryDescriptor } from '../preview1/descriptors/directory.ts';
import { OpenMountedDirectory, limited } from './open-directory.ts';

const encoder = new TextEncoder();

/**
 * A wasi9p file system as a preopened directory of browser_wasi_shim, in the place of a PreopenDirectory. It has its
 * own 9P session until `close()`, and can be given to several programs in turn, also after a program has closed it.
 *
 * Limits of the WASI class of 0.4.2: path_symlink (ENOTSUP) and fd_advise are not passed on; files that a program
 * leaves open stay open until `close()`, because start() closes nothing; a name moved or linked from here into a
 * directory of that class stays here, and that directory refers to it.
 */
export class MountedDirectory<From extends Source = LocalSource> extends OpenMountedDirectory {
  /** The guest path of the preopen. */
  readonly prestat_name: string;
  readonly mount: Attachment;
  private closed = false;

  /**
   * @param name The guest path of the preopen.
   * @param source A memfs Volume, a path of the host, a Server or a backend.
   * @throws TypeError if `name` is not a string or `source` has an unsupported type; Error if the server refuses the
   *   attach.
   */
  constructor(name: string, source: From) {
    checkKind(name, 'string', 'name');
    super(null);
    this.prestat_name = name;
    this.mount = new Attachment(lentServerOf(source));
  }

  /** The server that it is attached to. */
  get server(): From extends LocalSource ? Server : Attachable {
    return this.mount.server as Server;
  }

  /** Ends the session. The server clunks all its fids, also those of open files; later calls are EBADF. */
  close(): void {
    this.closed = true;
    this.descriptor = null;
    this.mount.close();
  }

  [DISPOSE](): void {
    this.close();
  }

  /** Clones the root fid on first use, and again after `fd_close`. */
  protected override use(right = 0): DirectoryDescriptor | number {
    this.descriptor ??= this.another();
    return super.use(right);
  }

  private another(): DirectoryDescriptor | null {
    if (this.closed) return null;
    const { client } = this.mount;
    const fid = client.clone(client.root);
    return fid < 0 ? null : new DirectoryDescriptor(this.mount.at, fid);
  }

  /** Clunks the fids; the next use opens the directory again. A second close is not an error. */
  override fd_close(): number {
    return this.descriptor === null && !this.closed ? 0 : super.fd_close();
  }

  override fd_prestat_get(): { ret: number; prestat: wasi.Prestat | null } {
    if (this.closed) return { ret: WASI_ERRNO.EBADF, prestat: null };
    return { ret: 0, prestat: wasi.Prestat.dir(this.prestat_name) };
  }

  /** Returns a preopen with the current rights, which the caller closes. @throws Error after `close()`. */
  override toDescriptor(): DirectoryDescriptor {
    const descriptor = this.another();
    if (descriptor === null) throw new Error(`The directory ${this.prestat_name} is closed: make a new one.`);
    descriptor.preopen = encoder.encode(this.prestat_name);
    return this.descriptor === null ? descriptor : limited(descriptor, this.descriptor);
  }
}
