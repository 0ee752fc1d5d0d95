/* A directory is renamed over an open, empty one: that one is removed, as by rmdir, and the name leads to the other. */
#include "trace-dir.h"

int main(int argc, char **argv) {
  begin(argc, argv);
  t_mkdir("a");
  t_mkdir("b");
  close(t_open("a/f", O_WRONLY | O_CREAT));
  int source = t_open("a", O_RDONLY | O_DIRECTORY);
  int target = t_open("b", O_RDONLY | O_DIRECTORY);
  t_rename("a", "b");
  host("renamed");
  t_list(".");
  t_list("b");
  t_names("b", source);
  t_names("b", target);
  t_fstat(source);
  t_fstat(target);

  t_listat(target);
  t_openat(target, "f", O_RDONLY);
  t_openat(target, "g", O_WRONLY | O_CREAT);
  t_mkdirat(target, "g");
  t_renameat(source, "f", target, "f");
  close(t_openat(source, "g", O_WRONLY | O_CREAT));
  t_listat(source);
  host("filled");

  /* A directory that cannot be replaced keeps its name. */
  t_mkdir("c");
  t_rename("c", "b");
  t_rename("b", "b/c");
  t_rename("b/f", "c");
  t_rename("c", "b/f");
  int empty = t_open("c", O_RDONLY | O_DIRECTORY);
  t_rename("c", "c");
  host("refused");
  t_fstat(empty);
  t_list(".");

  t_close(target);
  host("closed");
  t_close(empty);
  t_listat(source);
  t_unlink("b/f");
  t_unlink("b/g");
  t_rmdir("b");
  host("source-removed");
  t_listat(source);
  t_close(source);
  t_rmdir("c");
  t_list(".");
}
