/* An orphan cannot be linked by the name it had, and another file linked to that name does not bring it back. */
#include "trace-dir.h"

int main(int argc, char **argv) {
  begin(argc, argv);
  int orphan = t_open("a", O_RDWR | O_CREAT);
  t_write(orphan, "orphan");
  t_unlink("a");
  t_link("a", "c");
  int other = t_open("b", O_RDWR | O_CREAT);
  t_write(other, "other");
  t_link("b", "a");
  host("linked");
  t_names("a", other);
  t_names("a", orphan);
  t_fstat(orphan);
  t_fstat(other);
  t_link("b", "a");

  int named = t_open("a", O_RDWR);
  t_same(named, other);
  t_write(named, "OTHER");
  t_pread(orphan, 16, 0);
  t_pread(other, 16, 0);
  t_unlink("b");
  t_fstat(other);
  t_close(orphan);
  host("orphan-closed");
  t_pread(named, 16, 0);
  t_unlink("a");
  host("both-names-gone");
  t_fstat(named);
  t_close(other);
  t_pread(named, 16, 0);
  t_close(named);
  host("closed");
  t_list(".");
}
