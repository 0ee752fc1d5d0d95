/* The second unlink of a name is ENOENT and takes nothing more from the file, nor from the next one of the name. */
#include "trace-dir.h"

int main(int argc, char **argv) {
  begin(argc, argv);
  int fd = t_open("a", O_RDWR | O_CREAT);
  t_write(fd, "hello");
  t_unlink("a");
  t_unlink("a");
  t_rmdir("a");
  t_fstat(fd);
  host("twice");
  t_pread(fd, 16, 0);

  int next = t_open("a", O_RDWR | O_CREAT);
  t_unlink("a");
  t_unlink("a");
  host("two-orphans");
  t_fstat(fd);
  t_fstat(next);
  t_close(fd);
  host("one-orphan");
  t_unlink("a");
  t_write(next, "still here");
  t_pread(next, 16, 0);
  t_close(next);
  host("closed");
  t_unlink("a");
  t_list(".");
}
