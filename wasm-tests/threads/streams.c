// A thread that waits for stdin, one that polls it and one that sleeps, while the others work. With the argument `read` no
// thread polls: of a socket some hosts cannot tell whether it is empty. With `renumber`, `close` and `nonblock` a thread is in a
// write while another one does that with the descriptor.
#include "threads.h"

static int got, polled, slept;

static void reads(thread *t) {
  (void)t;
  char line[16];
  iovec iov = {line, sizeof line};
  uint32_t size;
  CHECK(fd_read(0, &iov, 1, &size) == 0);
  CHECK(size > 0);
  got = line[0];
  // Then the end of the stream.
  do CHECK(fd_read(0, &iov, 1, &size) == 0);
  while (size > 0);
}

static void polls(thread *t) {
  (void)t;
  subscription in[] = {{.userdata = 1, .tag = FD_READ, .id = 0}, {.userdata = 2, .tag = CLOCK, .id = 1, .timeout = SECOND / 20}};
  event out[2];
  uint32_t ready;
  CHECK(poll_oneoff(in, out, 2, &ready) == 0);
  CHECK(ready == 1 && out[0].userdata == 2 && out[0].type == CLOCK);
  polled = 1;
}

static void sleeps(thread *t) {
  (void)t;
  sleep_for(10 * SECOND);
  slept = 1;
}

/** Writes a megabyte in one call. */
static void fills(thread *t) {
  (void)t;
  static char bytes[1 << 20];
  for (int i = 0; i < sizeof bytes; i++) bytes[i] = 'a' + i % 25;
  iovec iov[] = {{bytes, 1000}, {bytes + 1000, sizeof bytes - 1000}};
  uint32_t size;
  CHECK(fd_write(1, iov, 2, &size) == 0 && size == sizeof bytes);
}

/** While no one reads stdout the main thread makes a file; then there is a reader. */
static int full(void) {
  CHECK(start(0, fills) > 0);
  sleep_for(SECOND / 5);
  int fd = open_file("full", CREAT, 0);
  CHECK(fd > 0 && fd_close(fd) == 0);
  join(0);
  return 0;
}

static void fills_and_tells(thread *t) {
  fills(t);
  iovec more = {"more\n", 5};
  uint32_t size;
  CHECK(fd_write(2, &more, 1, &size) == 0 && size == 5);
}

/** The write goes on to the stream with which it has begun. A byte on stdin tells that it has. */
static int taken(const char *how) {
  int other = open_file("other", CREAT, 0);
  CHECK(other > 0 && start(0, fills_and_tells) > 0);
  char byte;
  iovec iov = {&byte, 1};
  uint32_t size;
  CHECK(fd_read(0, &iov, 1, &size) == 0 && size == 1);
  if (same(how, "renumber")) CHECK(fd_renumber(other, 1) == 0);
  else if (same(how, "close")) CHECK(fd_close(1) == 0);
  else CHECK(fd_fdstat_set_flags(1, NONBLOCK) == 0);
  iov.at = "now\n", iov.size = 4;
  CHECK(fd_write(2, &iov, 1, &size) == 0 && size == 4);
  join(0);
  return 0;
}

int run(void) {
  const char *how = argument();
  if (same(how, "full")) return full();
  if (same(how, "renumber") || same(how, "close") || same(how, "nonblock")) return taken(how);
  uint64_t begin = now();
  bool may_poll = !same(argument(), "read");
  CHECK(start(0, reads) > 0 && start(2, sleeps) > 0);
  if (may_poll) CHECK(start(1, polls) > 0);
  sleep_for(SECOND / 10);
  int fd = open_file("file", CREAT, 0);
  CHECK(fd > 0);
  iovec iov = {"byte", 4};
  uint32_t size;
  for (int i = 0; i < 500; i++) CHECK(fd_write(fd, &iov, 1, &size) == 0 && size == 4);
  CHECK(!__atomic_load_n(&got, __ATOMIC_SEQ_CST));
  if (may_poll) join(1);
  CHECK(polled == may_poll);
  print("written\n");
  // Now the other side writes.
  join(0);
  tell("read: ", got);
  CHECK(!slept && now() - begin < 9 * SECOND);
  return 0;
}
