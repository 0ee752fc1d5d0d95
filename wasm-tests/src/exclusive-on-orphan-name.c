/* O_EXCL asks whether the name is taken, not whether a file that once had it is still open. */
#include "trace-dir.h"

int main(int argc, char **argv) {
  begin(argc, argv);
  int first = t_open("a", O_RDWR | O_CREAT | O_EXCL);
  t_write(first, "first");
  t_open("a", O_RDWR | O_CREAT | O_EXCL);
  t_unlink("a");

  int second = t_open("a", O_RDWR | O_CREAT | O_EXCL);
  host("created");
  t_same(first, second);
  t_fstat(second);
  t_write(second, "2");
  t_open("a", O_RDWR | O_CREAT | O_EXCL);
  t_open("a", O_RDWR | O_CREAT | O_EXCL | O_TRUNC);
  t_fstat(second);
  t_pread(first, 16, 0);

  t_close(first);
  host("orphan-closed");
  t_open("a", O_RDWR | O_CREAT | O_EXCL);
  t_names("a", second);

  /* A directory, too, may take the name of an orphan, and a file that of a removed directory. */
  t_unlink("a");
  t_mkdir("a");
  t_open("a", O_RDWR | O_CREAT | O_EXCL);
  t_fstat(second);
  t_list(".");
  int directory = t_open("a", O_RDONLY | O_DIRECTORY);
  t_rmdir("a");
  int third = t_open("a", O_RDWR | O_CREAT | O_EXCL);
  host("two-orphans");
  t_fstat(directory);
  t_fstat(third);
  t_close(second);
  t_close(directory);
  t_close(third);
  host("closed");
  t_list(".");
}
