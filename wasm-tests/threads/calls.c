// Times a forwarded call: nanoseconds for each fd_tell, with so many threads as the argument says.
#include "threads.h"

enum { CALLS = 20000 };
static int fd;

static void tells(thread *t) {
  (void)t;
  uint64_t at;
  for (int i = 0; i < CALLS; i++) CHECK(fd_tell(fd, &at) == 0);
}

int run(void) {
  int count = argument()[0] - '0';
  CHECK((fd = open_file("file", CREAT, 0)) > 0);
  for (int warm = 0; warm < 2; warm++) {
    uint64_t begin = now();
    for (int i = 0; i < count; i++) CHECK(start(i, tells) > 0);
    for (int i = 0; i < count; i++) join(i);
    tell("ns a call: ", (now() - begin) / (CALLS * count));
  }
  return 0;
}
