// The options of `hostDir`, apart from the class, whose declarations name the types of node:fs.

/** The options of `hostDir`. */
export interface HostDirOptions {
  /** True to answer EROFS to every change, including opening for writing, O_TRUNC and utimensat(2). Default false. */
  readOnly?: boolean;
  /**
   * True to use paths even where descriptors work, with the guarantees of other systems only (see `limits`): for a
   * Linux whose /proc is not accessible to this process. Default false.
   */
  paths?: boolean;
}
