/* The seed program with eyes: what each descriptor and name shows between the calls. */
#include "trace-dir.h"

int main(int argc, char **argv) {
  begin(argc, argv);
  int fd = t_open("a", O_WRONLY | O_CREAT);
  t_fstat(fd);
  host("open");

  t_unlink("a");
  host("unlinked");
  t_fstat(fd);
  t_stat("a");
  t_list(".");
  t_open("a", O_WRONLY);

  t_close(fd);
  host("closed");
  t_close(fd);
  t_list(".");
}
