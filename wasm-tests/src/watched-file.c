/*
 * The steps of a file whose name and directory the host watches: written, unlinked while open, written as an orphan,
 * made again under its name, closed. The watching, and what it must hear, is in the test.
 */
#include "trace-dir.h"

int main(int argc, char **argv) {
  begin(argc, argv);
  int old = t_open("a", O_RDWR | O_CREAT);
  host("watch");
  t_write(old, "hello");
  host("written");
  t_unlink("a");
  host("unlinked");
  t_write(old, ", orphan");
  t_ftruncate(old, 9);
  host("orphan-written");
  int new = t_open("a", O_RDWR | O_CREAT);
  host("created");
  t_write(new, "new");
  host("new-written");
  t_pread(old, 16, 0);
  t_close(old);
  host("closed");
  t_rename("a", "b");
  host("renamed");
  t_unlink("b");
  t_close(new);
  host("end");
  t_list(".");
}
