// Workloads on names and directories.
#include "data.h"
#include <dirent.h>

#define DEEP "a/b/c/d/e/f/g"

static void make_file(const char *path, long length) {
  int made;
  MUST((made = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644)) >= 0);
  if (length > 0) MUST(write(made, buffer, length) == length);
  MUST(close(made) == 0);
}

static void one_file(long size) { make_file("file", size); }

static void deep_file(long size) {
  char path[sizeof DEEP] = DEEP;
  for (char *end = path + 1; end < path + sizeof path; end += 2) {
    char kept = *end;
    *end = 0;
    MUST(mkdir(path, 0755) == 0);
    *end = kept;
  }
  make_file(DEEP "/file", size);
}

static void stat_file(long n) {
  struct stat st;
  while (n--) MUST(stat("file", &st) == 0);
}

static void stat_deep(long n) {
  struct stat st;
  while (n--) MUST(stat(DEEP "/file", &st) == 0);
}

static void stat_absent(long n) {
  struct stat st;
  while (n--) MUST(stat("absent", &st) < 0 && errno == ENOENT);
}

static void open_close(long n) {
  while (n--) {
    int opened = open("file", O_RDONLY);
    MUST(opened >= 0);
    MUST(close(opened) == 0);
  }
}

static void create_unlink(long n) {
  while (n--) {
    make_file("new", RECORD);
    MUST(unlink("new") == 0);
  }
}

static void orphan(long n) {
  while (n--) {
    int opened = open("new", O_RDWR | O_CREAT | O_EXCL, 0644);
    MUST(opened >= 0);
    MUST(write(opened, buffer, RECORD) == RECORD);
    MUST(unlink("new") == 0);
    MUST(write(opened, buffer, RECORD) == RECORD);
    MUST(pread(opened, buffer, 2 * RECORD, 0) == 2 * RECORD);
    MUST(close(opened) == 0);
  }
}

static void mkdir_rmdir(long n) {
  while (n--) {
    MUST(mkdir("dir", 0755) == 0);
    MUST(rmdir("dir") == 0);
  }
}

static void rename_file(long n) {
  static int other;
  while (n--) {
    MUST(rename(other ? "other" : "file", other ? "file" : "other") == 0);
    other = !other;
  }
}

static void rename_over(long n) {
  while (n--) {
    make_file("new", RECORD);
    MUST(rename("new", "file") == 0);
  }
}

static void link_unlink(long n) {
  while (n--) {
    MUST(link("file", "other") == 0);
    MUST(unlink("other") == 0);
  }
}

static void symlink_read(long n) {
  char target[64];
  while (n--) {
    MUST(symlink("file", "link") == 0);
    MUST(readlink("link", target, sizeof target) == 4);
    MUST(unlink("link") == 0);
  }
}

static long entries;

static void name_of(char *path, long i) { snprintf(path, 32, "dir/file%ld", i); }

static void many_files(long size) {
  char path[32];
  entries = size;
  MUST(mkdir("dir", 0755) == 0);
  for (long i = 0; i < size; i++) {
    name_of(path, i);
    make_file(path, 0);
  }
}

// n is a multiple of the entries: an operation is one entry read.
static void list(long n) {
  for (; n > 0; n -= entries) {
    long seen = 0;
    DIR *dir = opendir("dir");
    MUST(dir);
    for (struct dirent *entry; (entry = readdir(dir));) seen += entry->d_name[0] != '.';
    MUST(closedir(dir) == 0);
    MUST(seen == entries);
  }
}

static void create_among(long n) {
  while (n--) {
    make_file("dir/new", 0);
    MUST(unlink("dir/new") == 0);
  }
}

static void stat_among(long n) {
  struct stat st;
  char path[32];
  while (n--) {
    name_of(path, next_random() % (uint32_t)entries);
    MUST(stat(path, &st) == 0);
  }
}
