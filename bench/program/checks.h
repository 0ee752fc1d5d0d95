// What the checks are written with. Each has an empty directory for itself, which is the current one.
#ifndef CHECKS_H
#define CHECKS_H

#include "report.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPECT(condition)               \
  do {                                  \
    errno = 0;                          \
    if (!(condition)) die(#condition);  \
  } while (0)

// The call must fail, and with that errno.
#define FAILS(call, code)                                              \
  do {                                                                 \
    errno = 0;                                                         \
    int result = (int)(call);                                          \
    if (result != -1 || errno != code) die_of(#call, #code, result);   \
  } while (0)

static _Noreturn void die_of(const char *call, const char *code, int result) {
  char text[256];
  snprintf(text, sizeof text, result == -1 ? "%s, not %s" : "%s succeeds, not %s", call, code);
  die(text);
}

static int create(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0644);
  if (fd < 0) die("open(path, O_CREAT | O_EXCL)");
  return fd;
}

static int create_with(const char *path, const char *text) {
  int fd = create(path);
  EXPECT(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
  return fd;
}

static void make(const char *path, const char *text) { EXPECT(close(create_with(path, text)) == 0); }

static int holds(int fd, const char *text) {
  char buffer[64];
  size_t length = strlen(text);
  return pread(fd, buffer, sizeof buffer, 0) == (ssize_t)length && memcmp(buffer, text, length) == 0;
}

static int file_holds(const char *path, const char *text) {
  int fd = open(path, O_RDONLY);
  int good = fd >= 0 && holds(fd, text);
  if (fd >= 0) close(fd);
  return good;
}

static struct stat stat_of(const char *path) {
  struct stat st;
  if (lstat(path, &st) != 0) die("lstat(path)");
  return st;
}

static struct stat fstat_of(int fd) {
  struct stat st;
  if (fstat(fd, &st) != 0) die("fstat(fd)");
  return st;
}

#endif
