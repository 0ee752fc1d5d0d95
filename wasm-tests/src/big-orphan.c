/* An orphan of 256 MiB: its close returns at once and leaves the data to be reclaimed later. */
#include "trace-dir.h"

#define MIB ((off_t)1 << 20)

int main(int argc, char **argv) {
  begin(argc, argv);
  int big = t_open("big", O_RDWR | O_CREAT);
  t_write(big, "start");
  t_ftruncate(big, 256 * MIB);
  t_pwrite(big, "middle", 128 * MIB);
  t_pwrite(big, "end", 256 * MIB - 3);
  t_fstat(big);
  t_unlink("big");
  host("orphan");
  t_fstat(big);
  t_pread(big, 8, 0);
  t_pread(big, 8, 64 * MIB);
  t_pread(big, 8, 128 * MIB);
  t_pread(big, 8, 256 * MIB - 8);
  t_pread(big, 8, 256 * MIB);
  t_close(big);
  host("closed");

  /* The store goes on working while, and after, the space is taken back. */
  int small = t_open("big", O_RDWR | O_CREAT | O_EXCL);
  t_fstat(small);
  t_write(small, "small");
  t_pread(small, 16, 0);
  t_fsync(small);
  t_close(small);
  t_unlink("big");
  t_list(".");
}
