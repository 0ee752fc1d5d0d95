/* Ten thousand orphans at once, each with its own content, closed in an order drawn by chance from a fixed seed. */
#include "trace-dir.h"
#ifndef __wasi__
#include <sys/resource.h>
#endif

enum { COUNT = 10000 };

static int fds[COUNT], order[COUNT];

/* Raises the soft limit of descriptors to the hard one. WASI has no such call. */
static void allow_descriptors(void) {
#ifndef __wasi__
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
#endif
}

static unsigned chance(unsigned below) {
  static unsigned long long state = 20240229;
  state = state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (unsigned)(state >> 33) % below;
}

static void shuffle(void) {
  for (int i = 0; i < COUNT; i++) order[i] = i;
  for (int i = COUNT - 1; i > 0; i--) {
    int j = chance(i + 1), kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
}

static const char *name_of(int index) {
  static char name[32];
  snprintf(name, sizeof name, "d/orphan%d", index);
  return name;
}

/* True if orphan `index` still has its content, and no name. */
static int intact(int index) {
  char expected[32], found[32] = "";
  struct stat st;
  int length = snprintf(expected, sizeof expected, "content of %d", index);
  return pread(fds[index], found, sizeof found, 0) == length && memcmp(expected, found, length) == 0 &&
         fstat(fds[index], &st) == 0 && st.st_nlink == 0 && st.st_size == length;
}

static int intact_from(int first) {
  int count = 0;
  for (int i = first; i < COUNT; i++) count += intact(order[i]);
  return count;
}

static int close_until(int from, int to) {
  int closed = 0;
  for (int i = from; i < to; i++) closed += close(fds[order[i]]) == 0;
  return closed;
}

int main(int argc, char **argv) {
  begin(argc, argv);
  allow_descriptors();
  int made = 0, unlinked = 0;
  t_mkdir("d");
  for (int i = 0; i < COUNT; i++) {
    char text[32];
    int length = snprintf(text, sizeof text, "content of %d", i);
    fds[i] = open(at(name_of(i)), O_RDWR | O_CREAT | O_EXCL, 0666);
    made += fds[i] >= 0 && write(fds[i], text, length) == length;
  }
  say("made %d", made);
  host("made");
  shuffle();
  for (int i = 0; i < COUNT; i++) unlinked += unlink(at(name_of(i))) == 0;
  say("unlinked %d", unlinked);
  t_list("d");
  host("all");
  say("intact %d", intact_from(0));

  say("closed %d", close_until(0, COUNT / 2));
  host("half");
  say("intact %d", intact_from(COUNT / 2));
  t_rmdir("d");
  say("closed %d", close_until(COUNT / 2, COUNT - 1));
  host("one");
  say("intact %d", intact_from(COUNT - 1));
  say("closed %d", close_until(COUNT - 1, COUNT));
  host("none");
  t_list(".");
}
