// The type of an Fd of browser_wasi_shim in the options: the package is an optional peer, and its types may be missing.

/**
 * An `Fd` of browser_wasi_shim, of any copy of the package. Only the two methods by which it is recognized are declared,
 * so that these types hold without the package, too; the calls of the guest reach the others.
 */
export interface ForeignFd {
  fd_fdstat_get(): { ret: number; fdstat: object | null };
  path_open(
    dirflags: number,
    path: string,
    oflags: number,
    rightsBase: bigint,
    rightsInheriting: bigint,
    fdflags: number,
  ): { ret: number; fd_obj: object | null };
}
