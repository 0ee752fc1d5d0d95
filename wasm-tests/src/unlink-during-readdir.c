/*
 * A listing goes on while names are removed and made, from its cursor and from cookies taken before. There are enough
 * names that no one buffer of the C library holds them all. Which names come in which order is the file system's
 * business, so only counts are printed: what must be seen once, what must not be seen.
 */
#include "trace-dir.h"

enum { FILES = 2000, NEW = 100, KNOWN = FILES + NEW };

static int seen[KNOWN], order[KNOWN], gone[KNOWN];

static const char *name_of(int index) {
  static char name[64];
  snprintf(name, sizeof name, "d/an-entry-of-some-length-%06d", index);
  return name;
}

static void create(int from, int to) {
  int made = 0;
  for (int i = from; i < to; i++) {
    int fd = open(at(name_of(i)), O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd >= 0 && close(fd) == 0) made++;
  }
  say("created %d", made);
}

static int index_of(const struct dirent *entry) { return atoi(entry->d_name + strlen("an-entry-of-some-length-")); }

/* The next name's index, or -1 at the end. */
static int next_entry(DIR *dir) {
  struct dirent *entry;
  do entry = readdir(dir);
  while (entry && is_dot(entry->d_name));
  return entry ? index_of(entry) : -1;
}

static int count_names(void) {
  DIR *dir = opendir(at("d"));
  int count = 0;
  while (next_entry(dir) >= 0) count++;
  closedir(dir);
  return count;
}

/* As `rm -r` does it: every name is removed as soon as it is seen. None may be skipped. */
static void remove_as_seen(const char *halfway) {
  int count = 0, twice = 0, removed = 0, index;
  memset(seen, 0, sizeof seen);
  DIR *dir = opendir(at("d"));
  while ((index = next_entry(dir)) >= 0) {
    count++;
    twice += seen[index]++ > 0;
    removed += unlink(at(name_of(index))) == 0;
    if (count == FILES / 2) host(halfway);
  }
  closedir(dir);
  say("removed as seen: %d seen, %d twice, %d removed, %d left", count, twice, removed, count_names());
}

/* A cookie taken after a quarter of the names; then names on both sides of it go, and new ones come. */
static void resume_from_cookie(void) {
  int before = 0, total = 0, index;
  long cookie = 0;
  DIR *dir = opendir(at("d"));
  while ((index = next_entry(dir)) >= 0) {
    order[total++] = index;
    if (total == FILES / 4) cookie = telldir(dir), before = total;
  }
  say("first listing: %d before the cookie, %d after it", before, total - before);

  int removed = 0;
  memset(gone, 0, sizeof gone);
  for (int i = 0; i < total; i++)
    if (i % 2 == 0 || i == before - 1 || i == before) removed += gone[order[i]] = unlink(at(name_of(order[i]))) == 0;
  say("removed %d, the names on either side of the cookie among them", removed);
  create(FILES, FILES + NEW);
  host("changed");

  for (int round = 1; round <= 2; round++) {
    int again = 0, dead = 0, once = 0, new_twice = 0, left = 0;
    memset(seen, 0, sizeof seen);
    seekdir(dir, cookie);
    while ((index = next_entry(dir)) >= 0) seen[index]++;
    for (int i = 0; i < total; i++) {
      dead += gone[order[i]] && seen[order[i]];
      again += i < before && seen[order[i]];
      once += i >= before && seen[order[i]] == 1;
      left += i >= before && !gone[order[i]];
    }
    for (int i = FILES; i < KNOWN; i++) new_twice += seen[i] > 1;
    say("from the cookie: %d of %d survivors once, %d from before it, %d removed ones, %d new ones twice", once, left,
        again, dead, new_twice);
  }

  rewinddir(dir);
  int from_start = 0;
  while (next_entry(dir) >= 0) from_start++;
  closedir(dir);
  say("from the start: %d, another listing: %d", from_start, count_names());
}

/* Names made while a listing is under way are seen once or not at all, and the old ones once. */
static void create_as_seen(void) {
  int old_once = 0, old_twice = 0, new_twice = 0, made = 0, index;
  memset(seen, 0, sizeof seen);
  DIR *dir = opendir(at("d"));
  while ((index = next_entry(dir)) >= 0) {
    seen[index]++;
    if (made == NEW) continue;
    int fd = open(at(name_of(FILES + made++)), O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (fd < 0 || close(fd) < 0) made = -1;
  }
  closedir(dir);
  for (int i = 0; i < FILES; i++) old_once += seen[i] == 1, old_twice += seen[i] > 1;
  for (int i = FILES; i < KNOWN; i++) new_twice += seen[i] > 1;
  say("created as seen: %d old once, %d old twice, %d new made, %d new twice", old_once, old_twice, made, new_twice);
}

int main(int argc, char **argv) {
  begin(argc, argv);
  t_mkdir("d");
  create(0, FILES);
  remove_as_seen("first-removal");
  create(0, FILES);
  resume_from_cookie();
  remove_as_seen("second-removal");
  create(0, FILES);
  create_as_seen();
  remove_as_seen("third-removal");
  t_rmdir("d");
  t_list(".");
}
