/*
 * main returns 0, which on WASI is the end of _start without any proc_exit, with open orphans, which
 * the end of the process must close.
 */
#include "trace.h"

static int file, directory;

int main(int argc, char **argv) {
  begin(argc, argv);
  file = t_open("a", O_RDWR | O_CREAT);
  t_write(file, "orphan");
  t_unlink("a");
  t_mkdir("d");
  directory = t_open("d", O_RDONLY | O_DIRECTORY);
  t_rmdir("d");
  int twice = t_open("b", O_RDWR | O_CREAT);
  int again = t_open("b", O_RDONLY);
  t_unlink("b");
  t_same(twice, again);
  FILE *stream = fopen(at("c"), "w");
  FILE *kept = fopen(at("kept"), "w");
  unlink(at("c"));
  fputs("buffered", stream);
  fputs("buffered", kept);
  host("leaving");
  return 0;
}
