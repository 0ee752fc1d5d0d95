// Workloads on open files.
#include "bench.h"
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#ifdef __wasm__
#include <wasi/libc.h>
#define TELL(fd) __wasilibc_tell(fd)
#else
#define TELL(fd) lseek(fd, 0, SEEK_CUR)
#endif

enum { BLOCK = 4096, BIG = 1 << 20, PIECES = 16, PIECE = 256, RECORD = 100 };

static int fd;
static long bytes;
static long at;
static char buffer[BIG];
static uint32_t seed = 2463534242u;

static uint32_t next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  return seed ^= seed << 5;
}

static void open_file(int flags) {
  MUST((fd = open("file", O_RDWR | O_CREAT | O_EXCL | flags, 0644)) >= 0);
}

// An empty file that the workload lets grow to `size`.
static void empty_file(long size) {
  memset(buffer, 'x', sizeof buffer);
  open_file(0);
  bytes = size;
}

static int appends;

static void append_file(long size) {
  appends = 1;
  open_file(O_APPEND);
  bytes = size;
}

// A file of `size` bytes, all written.
static void full_file(long size) {
  empty_file(size);
  for (long left = size; left > 0; left -= BIG) {
    ssize_t part = left < BIG ? left : BIG;
    MUST(write(fd, buffer, part) == part);
  }
  MUST(lseek(fd, 0, SEEK_SET) == 0);
}

static void no_setup(long size) { (void)size; }

static void nothing(long n) { (void)n; }

static void fdstat(long n) {
  while (n--) MUST(fcntl(fd, F_GETFL) >= 0);
}

static void seek(long n) {
  while (n--) MUST(lseek(fd, n & 1023, SEEK_SET) == (n & 1023));
}

static void tell(long n) {
  while (n--) MUST(TELL(fd) == 0);
}

static void file_stat(long n) {
  struct stat st;
  while (n--) MUST(fstat(fd, &st) == 0);
}

static void pread1(long n) {
  while (n--) MUST(pread(fd, buffer, 1, n & 4095) == 1);
}

static void pwrite1(long n) {
  while (n--) MUST(pwrite(fd, buffer, 1, n & 4095) == 1);
}

// Writes blocks of that length to the end, and begins a new file when one is full.
static void write_blocks(long n, long length) {
  while (n--) {
    if (at >= bytes) {
      MUST(close(fd) == 0);
      MUST(unlink("file") == 0);
      open_file(appends ? O_APPEND : 0);
      at = 0;
    }
    MUST(write(fd, buffer, length) == length);
    at += length;
  }
}

static void read_blocks(long n, long length) {
  while (n--) {
    if (at >= bytes) {
      MUST(lseek(fd, 0, SEEK_SET) == 0);
      at = 0;
    }
    MUST(read(fd, buffer, length) == length);
    at += length;
  }
}

static void write_4k(long n) { write_blocks(n, BLOCK); }
static void read_4k(long n) { read_blocks(n, BLOCK); }
static void write_1m(long n) { write_blocks(n, BIG); }
static void read_1m(long n) { read_blocks(n, BIG); }
static void append_100(long n) { write_blocks(n, RECORD); }

static off_t random_block(void) { return (off_t)(next_random() % (uint32_t)(bytes / BLOCK)) * BLOCK; }

static void pread_4k(long n) {
  while (n--) MUST(pread(fd, buffer, BLOCK, random_block()) == BLOCK);
}

static void pwrite_4k(long n) {
  while (n--) MUST(pwrite(fd, buffer, BLOCK, random_block()) == BLOCK);
}

static struct iovec pieces[PIECES];

static void vector_file(long size) {
  full_file(size);
  for (int i = 0; i < PIECES; i++) pieces[i] = (struct iovec){buffer + 2 * i * PIECE, PIECE};
}

static void rewind_at_end(void) {
  if (at >= bytes) {
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    at = 0;
  }
  at += PIECES * PIECE;
}

static void read_vector(long n) {
  while (n--) {
    rewind_at_end();
    MUST(readv(fd, pieces, PIECES) == PIECES * PIECE);
  }
}

static void write_vector(long n) {
  while (n--) {
    rewind_at_end();
    MUST(writev(fd, pieces, PIECES) == PIECES * PIECE);
  }
}

// Truncated data must not reappear: a host that only records the size is not measured.
static void cut_file(long size) {
  char last;
  full_file(size);
  MUST(ftruncate(fd, BLOCK) == 0);
  MUST(ftruncate(fd, size) == 0);
  MUST(pread(fd, &last, 1, size - 1) == 1 && last == 0);
  MUST(ftruncate(fd, BLOCK) == 0);
}

static void truncate_both(long n) {
  static int big;
  while (n--) {
    big = !big;
    MUST(ftruncate(fd, big ? BIG : BLOCK) == 0);
  }
}

static void clock_get(long n) {
  struct timespec now;
  while (n--) MUST(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
}
