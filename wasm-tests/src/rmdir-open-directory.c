/* A removed directory that is still open: empty, without even its dots, and nothing can be made in it. */
#include "trace-dir.h"

/*
 * `..` from a directory descriptor leaves what that descriptor grants: ENOTCAPABLE on WASI, by design, also for one
 * that lives. On Linux it is still the directory that held the removed one.
 */
static void t_parent(int dir) {
  int fd = openat(dir, "..", O_RDONLY);
#ifdef __wasi__
  int right = fd < 0 && errno == ENOTCAPABLE;
#else
  struct stat parent, root;
  int right = fstat(fd, &parent) == 0 && stat(base, &root) == 0 && same_file(&parent, &root);
#endif
  check("openat dir .. = the old parent, or ENOTCAPABLE on WASI", right);
  close(fd);
}

int main(int argc, char **argv) {
  begin(argc, argv);
  t_mkdir("d");
  t_mkdir("d/sub");
  int dir = t_open("d", O_RDONLY | O_DIRECTORY);
  DIR *listing = opendir(at("d"));
  t_rmdir("d");
  t_rmdirat(dir, "sub");
  int live = t_open(".", O_RDONLY | O_DIRECTORY);
  close(t_openat(dir, "f", O_WRONLY | O_CREAT));
  t_rmdir("d");
  t_unlinkat(dir, "f");
  t_rmdir("d");
  host("removed");

  t_fstat(dir);
  t_stat("d");
  t_list(".");
  rewinddir(listing); /* the opendir of wasi-libc has read a first chunk already: read anew */
  say_entries("d, opened before", listing);
  host("listed");
  t_listat(dir);
  int self = t_openat(dir, ".", O_RDONLY | O_DIRECTORY);
  t_same(dir, self);
  t_statat(dir, ".");

  t_openat(dir, "f", O_RDONLY);
  t_openat(dir, "f", O_WRONLY | O_CREAT);
  t_openat(dir, "f", O_WRONLY | O_CREAT | O_EXCL);
  t_mkdirat(dir, "f");
  t_symlinkat("target", dir, "f");
  close(t_open("file", O_WRONLY | O_CREAT));
  t_linkat(live, "file", dir, "f");
  t_renameat(live, "file", dir, "f");
  t_unlinkat(dir, "f");
  t_rmdirat(dir, "sub");
  t_statat(dir, "sub");
  t_fsync(dir);

  t_openat(dir, "sub/..", O_RDONLY);
  t_stat("d/..");
  t_openat(live, "d/..", O_RDONLY);
  t_parent(dir);

  /* The next directory of the name has nothing to do with it. */
  t_mkdir("d");
  host("again");
  int new = t_open("d", O_RDONLY | O_DIRECTORY);
  t_same(dir, new);
  close(t_openat(new, "f", O_WRONLY | O_CREAT));
  t_openat(dir, "f", O_RDONLY);
  t_openat(dir, "g", O_WRONLY | O_CREAT);
  t_unlinkat(dir, "f");
  host("again-filled");
  t_listat(dir);
  t_listat(new);
  t_fstat(dir);
  t_fstat(new);

  t_close(dir);
  host("half-closed");
  t_fstat(self);
  t_close(self);
  host("closed");
  t_unlinkat(new, "f");
  t_rmdir("d");
  t_close(new);
  t_close(live);
}
