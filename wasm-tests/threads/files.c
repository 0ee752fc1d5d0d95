// Files of one process in several threads: one table of descriptors, no byte lost.
#include "threads.h"

enum { THREADS = 8, BLOCKS = 200, BLOCK = 64 };
static int fd, turn;

static void fill(char *block, thread *t, int i) {
  for (int k = 0; k < BLOCK; k++) block[k] = 'a' + t->number;
  block[0] = i;
  block[1] = i >> 8;
}

/** Each thread writes every eighth block. */
static void pwrites(thread *t) {
  char block[BLOCK];
  for (int i = 0; i < BLOCKS; i++) {
    fill(block, t, i);
    iovec iov = {block, BLOCK};
    uint32_t size;
    CHECK(fd_pwrite(fd, &iov, 1, (uint64_t)(i * THREADS + t->number) * BLOCK, &size) == 0 && size == BLOCK);
  }
}

/** Writes at the end, or at the offset that all share, in two ranges. */
static void writes(thread *t) {
  char block[BLOCK];
  int own = turn == 1 ? open_file("file", 0, APPEND) : fd;
  CHECK(own > 0);
  for (int i = 0; i < BLOCKS; i++) {
    fill(block, t, i);
    iovec iov[] = {{block, 10}, {block + 10, BLOCK - 10}};
    uint32_t size;
    CHECK(fd_write(own, iov, 2, &size) == 0 && size == BLOCK);
  }
  if (own != fd) CHECK(fd_close(own) == 0);
}

/** Checks that each block of each thread is there once and whole; in its place, or in the order of its thread. */
static void check(bool placed) {
  static char all[THREADS * BLOCKS * BLOCK + 1];
  iovec iov = {all, sizeof all};
  uint32_t size;
  CHECK(fd_pread(fd, &iov, 1, 0, &size) == 0);
  CHECK(size == sizeof all - 1);
  int next[THREADS] = {0};
  for (int at = 0; at < THREADS * BLOCKS; at++) {
    char *block = all + at * BLOCK;
    int number = block[2] - 'a', i = (uint8_t)block[0] | (uint8_t)block[1] << 8;
    CHECK(number >= 0 && number < THREADS);
    CHECK(i == next[number]++);
    if (placed) CHECK(at == i * THREADS + number);
    for (int k = 2; k < BLOCK; k++) CHECK(block[k] == 'a' + number);
  }
}

static void all_threads(void (*run)(thread *)) {
  for (int i = 0; i < THREADS; i++) CHECK(start(i, run) > 0);
  for (int i = 0; i < THREADS; i++) join(i);
}

static int phase;

/** Opens a file, and reads on after another thread has removed it and closed its own descriptor. */
static void removed(thread *t) {
  (void)t;
  wait_until(&phase, 1);
  CHECK(path_unlink_file(ROOT, "gone", 4) == 0);
  CHECK(open_file("gone", 0, 0) < 0);
  // A new file of the name is another one.
  int other = open_file("gone", CREAT | EXCL, 0);
  CHECK(other > 0);
  iovec iov = {"other", 5};
  uint32_t size;
  CHECK(fd_write(other, &iov, 1, &size) == 0 && size == 5);
  CHECK(fd_close(other) == 0);
  set(&phase, 2);
}

static void orphan(void) {
  int kept = open_file("gone", CREAT, 0);
  iovec out = {"kept", 4};
  uint32_t size;
  CHECK(kept > 0 && fd_write(kept, &out, 1, &size) == 0);
  CHECK(start(0, removed) > 0);
  set(&phase, 1);
  wait_until(&phase, 2);
  char text[8] = "";
  iovec in = {text, sizeof text};
  CHECK(fd_pread(kept, &in, 1, 0, &size) == 0 && size == 4);
  CHECK(same(text, "kept"));
  CHECK(fd_write(kept, &out, 1, &size) == 0 && size == 4);
  join(0);
}

/** Opens and closes files: numbers are never given twice at a time. */
static void opens(thread *t) {
  char name[] = "open-x";
  name[5] = 'a' + t->number;
  for (int i = 0; i < 100; i++) {
    int own = open_file(name, CREAT, 0);
    CHECK(own > 0);
    char byte = name[5], read = 0;
    iovec out = {&byte, 1}, in = {&read, 1};
    uint32_t size;
    CHECK(fd_pwrite(own, &out, 1, 0, &size) == 0 && size == 1);
    CHECK(fd_pread(own, &in, 1, 0, &size) == 0 && size == 1 && read == byte);
    CHECK(fd_close(own) == 0);
  }
}

int run(void) {
  CHECK((fd = open_file("file", CREAT | TRUNC, 0)) > 0);
  const char *mode = argument();
  if (same(mode, "pwrite")) {
    all_threads(pwrites);
    check(true);
  } else if (same(mode, "orphan")) {
    orphan();
  } else if (same(mode, "open")) {
    all_threads(opens);
  } else {
    turn = same(mode, "append");
    all_threads(writes);
    check(false);
  }
  print("whole\n");
  return 0;
}
