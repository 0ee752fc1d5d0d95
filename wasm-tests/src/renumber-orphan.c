/* fd_renumber: a descriptor moved onto an orphan's closes that; an orphan's moved elsewhere keeps the orphan alive. */
#include "trace-dir.h"
#ifdef __wasi__
#include <wasi/libc.h>
#endif

/* fd_renumber of WASI, a move, is dup2 and close on Linux, except that a move onto itself moves nothing. */
static int renumber(int from, int to) {
#ifdef __wasi__
  return __wasilibc_fd_renumber(from, to);
#else
  if (from == to) return fcntl(from, F_GETFD) < 0 ? -1 : 0;
  return dup2(from, to) < 0 ? -1 : close(from);
#endif
}
#define t_renumber(from, to) say("renumber %s %s = %s", #from, #to, outcome(renumber(from, to)))

int main(int argc, char **argv) {
  begin(argc, argv);
  /* Onto an orphan: its last descriptor is closed by it. */
  int orphan = t_open("a", O_RDWR | O_CREAT);
  t_write(orphan, "orphan");
  t_unlink("a");
  int file = t_open("b", O_RDWR | O_CREAT);
  t_write(file, "file");
  host("before");
  t_renumber(file, orphan);
  host("onto");
  t_fstat(file);
  t_fstat(orphan);
  t_names("b", orphan);
  t_pread(orphan, 16, 0);
  t_read(orphan, 16); /* the offset came along: at the end */
  t_write(orphan, " moved");
  t_pread(orphan, 16, 0);

  /* From an orphan: it lives on under the other number, and the file there is closed. */
  int other = t_open("c", O_RDWR | O_CREAT);
  t_write(other, "other orphan");
  t_unlink("c");
  t_lseek(other, 6, SEEK_SET);
  t_renumber(other, orphan);
  host("from");
  t_fstat(other);
  t_fstat(orphan);
  t_read(orphan, 16);
  t_stat("b");

  /* Orphan onto orphan, and an orphan onto itself. */
  int last = t_open("d", O_RDWR | O_CREAT);
  t_write(last, "last");
  t_unlink("d");
  host("two");
  t_renumber(last, orphan);
  host("orphan-onto-orphan");
  t_pread(orphan, 16, 0);
  t_renumber(orphan, orphan);
  host("onto-itself");
  t_fstat(orphan);
  t_pread(orphan, 16, 0);

  /* A descriptor that is not open moves nowhere and closes nothing. */
  t_renumber(last, orphan);
  host("from-closed");
  t_fstat(orphan);
  t_close(orphan);
  host("closed");
  t_close(last);
  t_list(".");
}
