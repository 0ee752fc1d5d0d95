// Threads that are started: one, many one after the other, many at a time, and more than may be.
#include "threads.h"

static int counter, go;

static void counts(thread *t) {
  (void)t;
  __atomic_add_fetch(&counter, 1, __ATOMIC_SEQ_CST);
}

static void waits(thread *t) {
  wait_until(&go, 1);
  counts(t);
}

/** The number of a thread is that which its spawn has returned. */
static int one(void) {
  int tid = start(0, counts);
  CHECK(tid > 0 && tid < 1 << 29);
  join(0);
  CHECK(threads[0].tid == tid && counter == 1);
  return 0;
}

static int many(void) {
  for (int i = 0; i < 300; i++) {
    CHECK(start(0, counts) > 0);
    join(0);
  }
  CHECK(counter == 300);
  enum { AT_ONCE = 16 };
  for (int i = 0; i < AT_ONCE; i++) {
    int tid = start(i, waits);
    for (int k = 0; k < i; k++) CHECK(threads[k].tid != tid);
  }
  set(&go, 1);
  for (int i = 0; i < AT_ONCE; i++) join(i);
  CHECK(counter == 300 + AT_ONCE);
  return 0;
}

/** A thread starts the next one. */
static void starts(thread *t) {
  counts(t);
  if (t->number < 9) {
    CHECK(start(t->number + 1, starts) > 0);
    join(t->number + 1);
  }
}

static int nested(void) {
  CHECK(start(0, starts) > 0);
  join(0);
  CHECK(counter == 10);
  return 0;
}

/** Beyond the limit a spawn fails, and the program goes on; an end makes room. */
static int limit(void) {
  int count = 0, result;
  while ((result = start(count, waits)) > 0) count++;
  tell("threads: ", count);
  tell("then: ", result);
  set(&go, 1);
  for (int i = 0; i < count; i++) join(i);
  // A thread ends a moment after it has said so.
  for (int tries = 0; (result = start(0, counts)) < 0 && tries < 100; tries++) sleep_for(SECOND / 100);
  CHECK(result > 0);
  join(0);
  CHECK(counter == count + 1);
  return 0;
}

int run(void) {
  const char *mode = argument();
  return same(mode, "many") ? many() : same(mode, "nested") ? nested() : same(mode, "limit") ? limit() : one();
}
