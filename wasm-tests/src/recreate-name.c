/* A name is used again while the old file is open: two inodes, two contents, and neither sees the other. */
#include "trace-dir.h"

int main(int argc, char **argv) {
  begin(argc, argv);
  int old = t_open("a", O_RDWR | O_CREAT);
  t_write(old, "first");
  t_unlink("a");
  int new = t_open("a", O_RDWR | O_CREAT);
  t_write(new, "the second");
  host("two");
  t_same(old, new);
  t_names("a", new);
  t_names("a", old);
  t_fstat(old);
  t_fstat(new);
  t_pread(old, 16, 0);
  t_pread(new, 16, 0);

  /* A change of one is not a change of the other. */
  t_write(old, " grows");
  t_ftruncate(new, 3);
  host("changed");
  t_pread(old, 16, 0);
  t_pread(new, 16, 0);
  int emptied = t_open("a", O_WRONLY | O_TRUNC);
  t_same(new, emptied);
  t_fstat(new);
  t_fstat(old);
  t_close(emptied);

  /* A third file under the name, and the first two without any. */
  t_write(new, "x");
  t_unlink("a");
  int newest = t_open("a", O_RDWR | O_CREAT | O_EXCL);
  t_write(newest, "third");
  host("three");
  t_same(old, newest);
  t_same(new, newest);
  t_same(old, new);
  t_pread(old, 16, 0);
  t_pread(new, 16, 0);
  t_pread(newest, 16, 0);

  t_close(new);
  host("middle-closed");
  t_pread(old, 16, 0);
  t_close(old);
  host("old-closed");
  t_fstat(newest);
  t_names("a", newest);
  t_close(newest);
  t_list(".");
}
