// checks NAME DIRECTORY: makes one check in an empty directory, and reports it. Linux passes them all.
#include "checks-files.h"
#include "checks-names.h"

struct check {
  const char *name;
  // Read by bench/compare/checks.ts, too.
  const char *title;
  void (*run)(void);
};

static const struct check checks[] = {
    {"unlinked-data", "a removed file that is open keeps its data", unlinked_data},
    {"unlinked-nlink", "its link count is 0", unlinked_nlink},
    {"unlinked-shared", "two descriptors of it see each other's writes", unlinked_shared},
    {"name-reused", "a new file under its name is another file", name_reused},
    {"rename-over-open", "a file that rename replaces stays readable while it is open", rename_over_open},
    {"rename-directories", "rename replaces a directory only if it is empty, and never moves one into itself", rename_directories},
    {"rename-inode", "a file keeps its inode number when it is renamed, and listings give it", rename_inode},
    {"renamed-directory", "an open directory stays the same one when it is renamed", renamed_directory},
    {"removed-directory", "nothing can be created in a removed directory", removed_directory},
    {"append", "O_APPEND writes at the end, wherever the offset is", append},
    {"exclusive", "O_EXCL refuses a dangling symlink", exclusive},
    {"hard-links", "hard links share data, inode number and link count", hard_links},
    {"link-to-symlink", "a hard link to a symlink is a symlink", link_to_symlink},
    {"symlink-loop", "a loop of symlinks and O_NOFOLLOW give ELOOP", symlink_loop},
    {"dot-dot", "`..` after a symlink is the parent of its target, and ENOTDIR after a file", dot_dot},
    {"holes", "holes read as zeros, after truncate too", holes},
    {"offsets", "pread and pwrite leave the offset alone", offsets},
    {"readdir-removes", "a listing is complete while its entries are removed", readdir_removes},
    {"seek-directory", "telldir and seekdir return to an entry", seek_directory},
    {"times", "utimensat: microseconds, UTIME_OMIT and UTIME_NOW", times},
    {"directory-mtime", "a directory's mtime changes with its entries", directory_mtime},
    {"kinds", "EISDIR, ENOTDIR, ENOTEMPTY and trailing slashes", kinds},
    {"long-name", "a name of 256 bytes is ENAMETOOLONG", long_name},
};

int main(int argc, char **argv) {
  if (argc < 3) die("usage: checks NAME DIRECTORY");
#ifndef __wasm__
  if (chdir(argv[2]) != 0) die("chdir(argv[2])");
#endif
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
    if (strcmp(checks[i].name, argv[1]) != 0) continue;
    checks[i].run();
    report(1, 0, 1);
    return 0;
  }
  errno = EINVAL;
  die("no such check");
}
