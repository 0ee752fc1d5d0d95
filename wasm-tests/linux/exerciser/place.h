/*
 * The start of a call's path, and its confinement: all calls stay below the base directory.
 *
 * WASI resolves a path below the directory that it begins at, and one that would leave it is ENOTCAPABLE. Linux has the
 * same rule for openat2(2) with RESOLVE_BENEATH, whose EXDEV it is. So natively openat2 is asked first, and a call that
 * would leave is not made but is ENOTCAPABLE: both sides must agree on which paths these are.
 */
#ifndef PLACE_H
#define PLACE_H

#ifndef __wasi__
#define ENOTCAPABLE 10000
#endif
#include "../../src/trace.h"
#include <stdint.h>
#ifndef __wasi__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#define PATH_BYTES 8192
/* PATH_MAX of limits.h: a path of so many bytes is ENAMETOOLONG before anything is looked up. */
#define LONGEST 4096
/* No descriptor has this number. */
#define CLOSED 999

/* A path below a directory. */
struct place {
  /* The directory. */
  int fd;
  /* True for the call without `at` and an absolute path; then fd is that of the base directory. */
  int absolute;
  /* True if fd may refer to another type than a directory. */
  int dubious;
  /* The printed name of the directory. */
  char from[16];
  char path[PATH_BYTES];
};

static int base_fd;

/* The part of a path that is resolved before the operation itself. */
enum extent { FOLLOWED, NOT_FOLLOWED, PARENT };

/* The absolute path of a place: good until it is asked for again with the same number. */
static inline const char *absolute_path(const struct place *p, int number) {
  static char text[2][PATH_BYTES + 256];
  snprintf(text[number], sizeof text[0], "%s/%s", base, p->path);
  return text[number];
}

/* As it is printed: long runs of a letter and of "./" are cut short. */
static inline const char *shown(const struct place *p) {
  static char text[4][400];
  static unsigned next;
  char *out = text[next++ % 4];
  int length = strlen(p->path);
  if (length < 100) snprintf(out, sizeof text[0], "%s:%s", p->from, p->path);
  else snprintf(out, sizeof text[0], "%s:%.40s[%d]%s", p->from, p->path, length, p->path + length - 30);
  return out;
}

#ifndef __wasi__
static inline int open_beneath(int fd, const char *path, uint64_t flags, uint64_t mode) {
  struct open_how how = {.flags = flags | O_CLOEXEC, .mode = flags & O_CREAT ? mode : 0, .resolve = RESOLVE_BENEATH};
  int opened;
  /* EAGAIN: after a rename somewhere, the kernel could not decide if a `..` was still below. */
  do opened = syscall(SYS_openat2, fd, path, &how, sizeof how);
  while (opened < 0 && errno == EAGAIN);
  if (opened < 0 && errno == EXDEV) errno = ENOTCAPABLE;
  return opened;
}

/* The path of the directory of the last component; "." if it has none. */
static inline const char *parent_path(const char *path) {
  static char text[PATH_BYTES];
  strcpy(text, path);
  int length = strlen(text);
  while (length > 0 && text[length - 1] == '/') length--;
  while (length > 0 && text[length - 1] != '/') length--;
  text[length] = 0;
  return length > 0 ? text : ".";
}

/* 1: it leaves, and errno is ENOTCAPABLE; 0: it does not; -1: it cannot be resolved, which the call will say, too. */
static inline int leaves(const struct place *p, enum extent extent) {
  if (p->path[0] == 0 || strlen(p->path) >= LONGEST) return -1;
  const char *path = extent == PARENT ? parent_path(p->path) : p->path;
  int fd = open_beneath(p->fd, path, O_PATH | (extent == NOT_FOLLOWED ? O_NOFOLLOW : 0), 0);
  if (fd < 0) return errno == ENOTCAPABLE ? 1 : -1;
  close(fd);
  return 0;
}

/* As `leaves`, for a call that resolves two paths, the first one first. */
static inline int either_leaves(const struct place *a, enum extent extent, const struct place *b) {
  int first = leaves(a, extent);
  return first != 0 ? first : leaves(b, PARENT);
}
#else
static inline int leaves(const struct place *p, enum extent extent) { return 0; }
static inline int either_leaves(const struct place *a, enum extent extent, const struct place *b) { return 0; }
#endif

/* openat(2), or open(2) for an absolute place. */
static inline int open_place(const struct place *p, int flags) {
#ifdef __wasi__
  return p->absolute ? open(absolute_path(p, 0), flags, 0644) : openat(p->fd, p->path, flags, 0644);
#else
  return open_beneath(p->fd, p->path, flags, 0644);
#endif
}

/* fstatat(2), or stat(2) or lstat(2). */
static inline int stat_place(const struct place *p, struct stat *st, int follow) {
  if (leaves(p, follow ? FOLLOWED : NOT_FOLLOWED) > 0) return -1;
  if (!p->absolute) return fstatat(p->fd, p->path, st, follow ? 0 : AT_SYMLINK_NOFOLLOW);
  return follow ? stat(absolute_path(p, 0), st) : lstat(absolute_path(p, 0), st);
}

#endif
