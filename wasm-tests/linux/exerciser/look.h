/* The result of stat(2), as text that is the same wherever the program runs. */
#ifndef LOOK_H
#define LOOK_H

#include "place.h"
#include <time.h>

#define INODES 65536
#define HOUR 3600

/* True if access times of files and of symlinks are printed: they depend on the mount options. */
static int tell_file_atimes, tell_link_atimes;
/* True if moved times are printed: a kernel whose file times tick in milliseconds does not always show a move. */
static int tell_moves;
static time_t began;

/* An inode that was seen, and its times then. */
struct seen {
  uint64_t ino;
  int id;
  struct timespec mtim, ctim;
};

/* A table of them, hashed by number. */
static struct seen inodes[INODES];
static int known_inodes;

static inline struct seen *seen_inode(uint64_t ino) {
  uint64_t at = ino * 0x9e3779b97f4a7c15u >> 48;
  while (inodes[at % INODES].id && inodes[at % INODES].ino != ino) at++;
  return &inodes[at % INODES];
}

/* A small number for an inode: the how manyeth it is to be seen. */
static inline int inode_id(uint64_t ino) {
  struct seen *seen = seen_inode(ino);
  if (!seen->id) {
    if (known_inodes >= INODES * 3 / 4) abort();
    *seen = (struct seen){.ino = ino, .id = ++known_inodes};
  }
  return seen->id;
}

static inline int same_time(struct timespec a, struct timespec b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* A set time, exactly; a time of the clock, as "now". */
static inline const char *time_text(struct timespec time) {
  static char text[4][64];
  static unsigned next;
  char *out = text[next++ % 4];
  if (time.tv_sec > began - HOUR && time.tv_sec < began + HOUR) return "now";
  snprintf(out, sizeof text[0], "%lld.%09ld", (long long)time.tv_sec, (long)time.tv_nsec);
  return out;
}

/*
 * Which times of a file differ from what they were at the last look. The kernel's tmpfs dates directories by a clock
 * that ticks: whether their mtime moves shows where it was set before (date_back).
 */
static inline const char *moves(const struct stat *st, struct seen *seen) {
  static char text[32];
  int first = seen->ctim.tv_sec == 0;
  if (!tell_moves || first || S_ISDIR(st->st_mode)) text[0] = 0;
  else
    snprintf(text, sizeof text, " m%c c%c", same_time(seen->mtim, st->st_mtim) ? '=' : '+',
             same_time(seen->ctim, st->st_ctim) ? '=' : '+');
  seen->mtim = st->st_mtim;
  seen->ctim = st->st_ctim;
  return text;
}

/*
 * The end of a line of attributes. A directory's size is its file system's own affair, and when a library reads
 * ahead of its caller is the library's, so that a directory's atime is not printed.
 */
static inline const char *look_text(const struct stat *st) {
  static char text[256];
  int id = inode_id(st->st_ino);
  const char *kind = S_ISDIR(st->st_mode) ? "dir" : S_ISLNK(st->st_mode) ? "link" : S_ISREG(st->st_mode) ? "file" : "?";
  int at = snprintf(text, sizeof text, "%s #%d nlink %lu", kind, id, (unsigned long)st->st_nlink);
  if (!S_ISDIR(st->st_mode)) at += snprintf(text + at, sizeof text - at, " size %lld", (long long)st->st_size);
  at += snprintf(text + at, sizeof text - at, " mtime %s", time_text(st->st_mtim));
  if (S_ISLNK(st->st_mode) ? tell_link_atimes : tell_file_atimes && S_ISREG(st->st_mode))
    at += snprintf(text + at, sizeof text - at, " atime %s", time_text(st->st_atim));
  snprintf(text + at, sizeof text - at, "%s", moves(st, seen_inode(st->st_ino)));
  return text;
}

static inline void say_look(const char *what, int result, const struct stat *st) {
  say("%s = %s", what, result < 0 ? error_name(errno) : look_text(st));
}

#endif
