// The end of the process while other threads wait, spin, sleep, read or write: by a return of the main thread, an exit or a trap
// in any thread. The arguments: who ends it (return, exit, trap, thread-exit, thread-trap), and what the others do.
#include "threads.h"

static int never, ready;

static void other(const char *what) {
  __atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
  wake(&ready);
  if (same(what, "spin")) {
    for (volatile int on = 1; on;) continue;
  } else if (same(what, "sleep")) {
    sleep_for(3600 * SECOND);
  } else if (same(what, "read")) {
    char byte;
    iovec iov = {&byte, 1};
    uint32_t size;
    fd_read(0, &iov, 1, &size);
  } else if (same(what, "poll")) {
    subscription in = {.tag = FD_READ, .id = 0};
    event out;
    uint32_t count;
    poll_oneoff(&in, &out, 1, &count);
  } else if (same(what, "call")) {
    int fd = open_file("open", CREAT, 0);
    iovec iov = {"x", 1};
    uint32_t size;
    for (;;) fd_pwrite(fd, &iov, 1, 0, &size);
  } else {
    wait_until(&never, 1);
  }
  proc_exit(71);
}

static const char *what;

static void others(thread *t) {
  (void)t;
  other(what);
}

static void exits(thread *t) {
  (void)t;
  wait_until(&ready, 3);
  sleep_for(SECOND / 50);
  proc_exit(9);
}

static void traps(thread *t) {
  (void)t;
  wait_until(&ready, 3);
  sleep_for(SECOND / 50);
  __builtin_trap();
}

static void nothing(thread *t) { (void)t; }

int run(void) {
  // argv[1] is `who`, argv[2] is `what`.
  char *who = argument();
  what = who + length_of(who) + 1;
  if (same(who, "thread-return")) {
    CHECK(start(0, nothing) > 0);
    join(0);
    return 4;
  }
  // The file is removed while it is open, in the end an orphan.
  CHECK(open_file("orphan", CREAT, 0) > 0 && path_unlink_file(ROOT, "orphan", 6) == 0);
  CHECK(start(0, others) > 0 && start(1, others) > 0);
  if (same(who, "thread-forever")) other(what);
  if (same(who, "thread-exit") || same(who, "thread-trap")) {
    CHECK(start(2, same(who, "thread-exit") ? exits : traps) > 0);
    other(what);
  }
  wait_until(&ready, 2);
  sleep_for(SECOND / 50);
  if (same(who, "exit")) proc_exit(9);
  if (same(who, "trap")) __builtin_trap();
  return 0;
}
