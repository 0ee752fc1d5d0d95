/* An open file is renamed, also into another directory, and unlinked under its last name. */
#include "trace-dir.h"

int main(int argc, char **argv) {
  begin(argc, argv);
  int fd = t_open("a", O_RDWR | O_CREAT);
  t_write(fd, "one");
  t_rename("a", "b");
  t_stat("a");
  t_names("b", fd);
  t_unlink("a");
  t_fstat(fd);
  t_write(fd, " two");

  t_mkdir("d");
  t_rename("b", "d/c");
  t_stat("b");
  t_names("d/c", fd);
  t_write(fd, " three");
  host("renamed");
  t_fstat(fd);

  int other = t_open("a", O_RDWR | O_CREAT); /* its first name belongs to another file now */
  t_write(other, "other");
  t_unlink("d/c");
  host("unlinked");
  t_fstat(fd);
  t_pread(fd, 32, 0);
  t_fstat(other);
  t_rmdir("d");
  t_write(fd, " four");
  t_pread(fd, 32, 0);
  t_close(fd);
  host("closed");
  t_pread(other, 32, 0);
  t_close(other);
  t_list(".");
}
