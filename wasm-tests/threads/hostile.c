// A thread overwrites all that a guest can reach while others make calls: results may be anything, but nothing of the host
// breaks. The buffers, paths and lists of ranges change while they are read.
#include "threads.h"

enum { AREA = 1 << 16, CALLS = 400 };
static struct {
  iovec iov[8];
  char path[64];
  subscription subscriptions[4];
  event events[4];
  uint32_t size;
  int fd;
  char data[256];
} area[4];
static int stop;

static void scribbles(thread *t) {
  uint32_t seed = 12345 + t->number;
  uint32_t *words = (uint32_t *)area;
  while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
    seed = seed * 1664525 + 1013904223;
    uint32_t kind = seed >> 28, value = seed;
    if (kind < 4) value = (uint32_t)&area[kind];
    else if (kind < 8) value = seed >> 24;
    else if (kind < 10) value = ~0u - (seed & 0xff);
    else if (kind < 14) value = 0x61616161 + (seed & 0x01010101);
    words[(seed >> 8) % (sizeof area / 4)] = value;
  }
}

static void calls(thread *t) {
  typeof(area[0]) *a = &area[t->number];
  int fd = t->number + 4;
  for (int i = 0; i < CALLS; i++) {
    a->iov[0] = (iovec){a->data, 256};
    a->iov[1] = (iovec){a->data, 16};
    fd_pwrite(fd, a->iov, 8, i, &a->size);
    fd_pread(fd, a->iov, 8, i, &a->size);
    path_open(ROOT, 0, a->path, 60, CREAT, ALL_RIGHTS, ALL_RIGHTS, 0, &a->fd);
    path_unlink_file(ROOT, a->path, 5);
    a->subscriptions[0] = (subscription){.tag = CLOCK, .id = 1, .timeout = 1};
    a->subscriptions[1] = (subscription){.tag = FD_READ, .id = fd};
    poll_oneoff(a->subscriptions, a->events, 2, &a->size);
    random_get(a->data, 64);
  }
}

/** The pages of the memory, to its last byte. */
static void everywhere(thread *t) {
  (void)t;
  // Not below 1,024, nor where the code of this test has its data: that is what the program itself needs to end.
  char *end = (char *)(__builtin_wasm_memory_size(0) << 16);
  for (char *at = (char *)&area[4]; at < end; at += 8)
    if (at < (char *)threads || at >= (char *)(threads + MOST)) __atomic_store_n((uint32_t *)at, 0xffffffff, __ATOMIC_RELAXED);
}

int run(void) {
  for (int i = 0; i < 2; i++) CHECK(open_file(i ? "two" : "one", CREAT, 0) == 4 + i);
  for (int i = 0; i < 2; i++) CHECK(start(i, calls) > 0);
  for (int i = 2; i < 4; i++) CHECK(start(i, scribbles) > 0);
  for (int i = 0; i < 2; i++) join(i);
  set(&stop, 1);
  for (int i = 2; i < 4; i++) join(i);
  print("alive\n");
  if (!same(argument(), "everywhere")) return 0;
  start(4, everywhere);
  join(4);
  proc_exit(5);
}
