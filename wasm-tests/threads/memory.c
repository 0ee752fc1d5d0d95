// A memory that one thread grows: the calls of all threads reach its new pages at once.
#include "threads.h"

enum { PAGE = 1 << 16 };
static char *page;
static int phase;

static void uses(thread *t) {
  for (int i = 1; i <= 20; i++) {
    wait_until(&phase, i * 2 - 1);
    char name[] = "page-x";
    name[5] = 'a' + i;
    for (int k = 0; k < 7; k++) page[PAGE - 7 + k] = name[k];
    int fd = open_file(page + PAGE - 7, CREAT, 0);
    CHECK(fd > 0);
    iovec out = {page + PAGE - 7, 6}, in = {page, 6};
    uint32_t *size = (uint32_t *)(page + 100);
    CHECK(fd_pwrite(fd, &out, 1, 0, size) == 0 && *size == 6);
    CHECK(fd_pread(fd, &in, 1, 0, size) == 0 && *size == 6);
    for (int k = 0; k < 6; k++) CHECK(page[k] == name[k]);
    CHECK(random_get(page + 200, 8) == 0 && fd_close(fd) == 0);
    set(&phase, i * 2);
  }
  (void)t;
}

int run(void) {
  CHECK(start(0, uses) > 0);
  for (int i = 1; i <= 20; i++) {
    page = (char *)(__builtin_wasm_memory_grow(0, 1) * PAGE);
    CHECK(page != (char *)-PAGE);
    set(&phase, i * 2 - 1);
    wait_until(&phase, i * 2);
  }
  join(0);
  // Beyond its maximum it does not grow.
  CHECK(__builtin_wasm_memory_grow(0, 65536) == (size_t)-1);
  return 0;
}
