// Workloads on a tree: 10 directories of 10 directories of 10 files of 1 KiB. An operation is a file.
#include "names.h"

enum { FAN = 10, TREE_FILES = FAN * FAN * FAN, SMALL = 1024 };

static void make_tree(long n) {
  char path[64];
  (void)n;
  MUST(mkdir("tree", 0755) == 0);
  for (int i = 0; i < FAN * FAN; i++) {
    if (i % FAN == 0) {
      snprintf(path, sizeof path, "tree/dir%d", i / FAN);
      MUST(mkdir(path, 0755) == 0);
    }
    snprintf(path, sizeof path, "tree/dir%d/dir%d", i / FAN, i % FAN);
    MUST(mkdir(path, 0755) == 0);
    for (int k = 0; k < FAN; k++) {
      snprintf(path, sizeof path, "tree/dir%d/dir%d/file%d", i / FAN, i % FAN, k);
      make_file(path, SMALL);
    }
  }
}

static void remove_tree(void) {
  char path[64];
  for (int i = 0; i < FAN * FAN; i++) {
    for (int k = 0; k < FAN; k++) {
      snprintf(path, sizeof path, "tree/dir%d/dir%d/file%d", i / FAN, i % FAN, k);
      MUST(unlink(path) == 0);
    }
    snprintf(path, sizeof path, "tree/dir%d/dir%d", i / FAN, i % FAN);
    MUST(rmdir(path) == 0);
    if (i % FAN == FAN - 1) {
      snprintf(path, sizeof path, "tree/dir%d", i / FAN);
      MUST(rmdir(path) == 0);
    }
  }
  MUST(rmdir("tree") == 0);
}

static void tree(long size) { make_tree(size); }

static void read_whole(const char *path) {
  int opened = open(path, O_RDONLY);
  long sum = 0;
  MUST(opened >= 0);
  for (ssize_t got; (got = read(opened, buffer, BLOCK)) > 0;) sum += got;
  MUST(sum == SMALL);
  MUST(close(opened) == 0);
}

static long walk(const char *path, int reads) {
  char below[512];
  struct stat st;
  long files = 0;
  DIR *dir = opendir(path);
  MUST(dir);
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (entry->d_name[0] == '.') continue;
    snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
    MUST(lstat(below, &st) == 0);
    if (S_ISDIR(st.st_mode)) {
      files += walk(below, reads);
    } else {
      files++;
      if (reads) read_whole(below);
    }
  }
  MUST(closedir(dir) == 0);
  return files;
}

static void walk_stat(long n) {
  for (; n > 0; n -= TREE_FILES) MUST(walk("tree", 0) == TREE_FILES);
}

static void walk_read(long n) {
  for (; n > 0; n -= TREE_FILES) MUST(walk("tree", 1) == TREE_FILES);
}
