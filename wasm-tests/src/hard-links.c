/* A file with two names is an orphan only when the second is gone, whether by unlink or by a rename over it. */
#include "trace-dir.h"

int main(int argc, char **argv) {
  begin(argc, argv);
  int fd = t_open("a", O_RDWR | O_CREAT);
  t_write(fd, "shared");
  t_link("a", "b");
  t_fstat(fd);
  t_stat("b");
  t_names("a", fd);
  t_names("b", fd);
  t_rename("a", "b"); /* two names of one file: nothing happens */
  t_list(".");

  t_unlink("a");
  host("one-name");
  t_fstat(fd);
  t_names("b", fd);
  int again = t_open("b", O_RDONLY);
  t_read(again, 16);

  t_unlink("b");
  host("no-name");
  t_fstat(fd);
  t_fstat(again);
  t_write(fd, " still");
  t_pread(again, 16, 0);
  t_close(fd);
  t_close(again);
  host("closed");

  int doubled = t_open("c", O_RDWR | O_CREAT);
  t_write(doubled, "doubled");
  t_link("c", "d");
  int over = t_open("e", O_RDWR | O_CREAT);
  t_rename("e", "d");
  host("renamed-over-one");
  t_fstat(doubled);
  t_names("c", doubled);
  t_names("d", over);
  t_rename("d", "c");
  host("renamed-over-both");
  t_fstat(doubled);
  t_names("c", over);
  t_pread(doubled, 16, 0);
  t_close(doubled);
  t_close(over);
  t_list(".");
}
