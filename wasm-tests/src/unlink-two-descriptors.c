/* A file with two descriptors loses its name; it lives until the second close, whichever of the two that is. */
#include "trace.h"

static int first, second;

static void orphan_with_two(const char *name) {
  first = t_open(name, O_RDWR | O_CREAT);
  second = t_open(name, O_RDONLY);
  t_write(first, "hello");
  t_unlink(name);
  t_same(first, second);
}

int main(int argc, char **argv) {
  begin(argc, argv);
  orphan_with_two("a");
  host("a-unlinked");
  t_close(first);
  host("a-half-closed");
  t_fstat(second);
  t_read(second, 16);
  t_fstat(first);
  t_close(second);
  host("a-closed");

  orphan_with_two("b");
  host("b-unlinked");
  t_close(second);
  host("b-half-closed");
  t_write(first, " again");
  t_fstat(first);
  t_pread(first, 16, 0);
  t_close(first);
  host("b-closed");
}
