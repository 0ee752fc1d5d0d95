/*
 * A listing in progress while half of its directory is removed, files and directories, some of them open: the survivors
 * are seen exactly once. A removed entry may still come out of the C library's buffer, but never twice.
 */
#include "trace-dir.h"

enum { ENTRIES = 3000, OPEN = 64 };

static int seen[ENTRIES], directory_type[ENTRIES];

static int is_directory(int index) { return index % 3 == 0; }

/* Removed are the odd ones. */
static int survives(int index) { return index % 2 == 0; }

static const char *name_of(int index) {
  static char name[64];
  snprintf(name, sizeof name, "d/%s-%05d", is_directory(index) ? "directory" : "file", index);
  return name;
}

static int next_entry(DIR *dir) {
  struct dirent *entry;
  do entry = readdir(dir);
  while (entry && is_dot(entry->d_name));
  if (!entry) return -1;
  int index = atoi(strchr(entry->d_name, '-') + 1);
  directory_type[index] = entry->d_type == DT_DIR;
  return index;
}

static void count(const char *when) {
  int once = 0, missed = 0, removed_twice = 0, twice = 0, typed = 0;
  for (int i = 0; i < ENTRIES; i++) {
    if (survives(i)) once += seen[i] == 1, missed += seen[i] == 0, twice += seen[i] > 1;
    else removed_twice += seen[i] > 1;
    typed += seen[i] && directory_type[i] == is_directory(i);
  }
  say("%s: %d survivors once, %d missed, %d twice; %d removed ones twice", when, once, missed, twice, removed_twice);
  int any = 0;
  for (int i = 0; i < ENTRIES; i++) any += seen[i] > 0;
  check("every type is right", typed == any);
}

int main(int argc, char **argv) {
  begin(argc, argv);
  int made = 0, index, open_files[OPEN], opened = 0;
  t_mkdir("d");
  for (int i = 0; i < ENTRIES; i++) {
    int fd = -1;
    if (is_directory(i)) made += mkdir(at(name_of(i)), 0777) == 0;
    else made += (fd = open(at(name_of(i)), O_RDWR | O_CREAT, 0666)) >= 0;
    if (fd >= 0 && !survives(i) && opened < OPEN) open_files[opened++] = fd;
    else if (fd >= 0) close(fd);
  }
  say("made %d, %d of those to be removed stay open", made, opened);

  DIR *dir = opendir(at("d"));
  for (int i = 0; i < ENTRIES / 4 && (index = next_entry(dir)) >= 0; i++) seen[index]++;
  int removed = 0;
  for (int i = 0; i < ENTRIES; i++)
    if (!survives(i)) removed += (is_directory(i) ? rmdir(at(name_of(i))) : unlink(at(name_of(i)))) == 0;
  say("removed %d in the middle of the listing", removed);
  host("half-removed");
  while ((index = next_entry(dir)) >= 0) seen[index]++;
  count("the listing in progress");

  memset(seen, 0, sizeof seen);
  rewinddir(dir);
  while ((index = next_entry(dir)) >= 0) seen[index]++;
  count("the same, rewound");
  int ghosts = 0;
  for (int i = 0; i < ENTRIES; i++) ghosts += !survives(i) && seen[i];
  say("removed ones after the rewind: %d", ghosts);
  closedir(dir);

  int alive = 0;
  for (int i = 0; i < opened; i++) {
    struct stat st;
    alive += fstat(open_files[i], &st) == 0 && st.st_nlink == 0 && write(open_files[i], "x", 1) == 1;
    close(open_files[i]);
  }
  say("orphans that still took a write: %d", alive);
  host("closed");
}
