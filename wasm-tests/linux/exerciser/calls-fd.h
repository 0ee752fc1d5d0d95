/* Calls that open, close and look at descriptors. */
#ifndef CALLS_FD_H
#define CALLS_FD_H

#include "look.h"
#include "paths.h"
#ifdef __wasi__
#include <wasi/libc.h>
#endif

static inline const char *open_text(int flags) {
  static char text[160];
  snprintf(text, sizeof text, "%s%s", open_flags(flags), flags & O_NOFOLLOW ? "|O_NOFOLLOW" : "");
  return text;
}

static inline int draw_open_flags(void) {
  static const int ACCESS[] = {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR};
  int flags = ANY(ACCESS);
  if (chance(45)) flags |= O_CREAT;
  if (chance(12)) flags |= O_EXCL;
  if (chance(12)) flags |= O_TRUNC;
  if (chance(20)) flags |= O_APPEND;
  if (chance(20)) flags |= O_DIRECTORY;
  if (chance(15)) flags |= O_NOFOLLOW;
  return flags;
}

static inline void call_open(void) {
  static struct place p;
  struct stat st;
  char what[600];
  int slot = below(SLOTS);
  close_slot(slot);
  draw_only_place(&p);
  int flags = chance(20) ? O_RDONLY | O_DIRECTORY : draw_open_flags();
  /* Linux looks at the flags before the directory, WASI after it. */
  if (p.dubious) flags &= ~O_DIRECTORY;
  snprintf(what, sizeof what, "open %s %s = d%d:", shown(&p), open_text(flags), slot);
  int fd = open_place(&p, flags);
  if (fd >= 0) {
    fill_slot(slot, fd);
    if (flags & O_CREAT) remember_path(&p);
    fstat(fd, &st);
  }
  say_look(what, fd, &st);
}

/* Two descriptors on one file, and often a name less. */
static inline void call_reopen(void) {
  static struct place p;
  int first = below(SLOTS), second = (first + 1) % SLOTS;
  close_slot(first);
  close_slot(second);
  draw_place(&p);
  slots[first].fd = -1;
  int fd = open_place(&p, O_RDWR | O_CREAT);
  if (fd >= 0) fill_slot(first, fd);
  say("open %s O_RDWR|O_CREAT = d%d: %s", shown(&p), first, outcome(fd));
  int other = open_place(&p, O_RDWR | (chance(50) ? O_APPEND : 0));
  if (other >= 0) fill_slot(second, other);
  say("open %s again = d%d: %s", shown(&p), second, outcome(other));
}

static inline void call_close(void) { close_slot(below(SLOTS)); }

static inline void call_fstat(void) {
  char what[64];
  struct stat st;
  int slot = any_slot();
  snprintf(what, sizeof what, "fstat d%d", slot);
  say_look(what, fstat(fd_of(slot), &st), &st);
}

static inline void call_getfl(void) {
  int slot = any_slot(), flags = fcntl(fd_of(slot), F_GETFL);
  if (flags < 0) say("fcntl d%d F_GETFL = %s", slot, error_name(errno));
  else {
    const char *more = flags & O_NONBLOCK ? "|O_NONBLOCK" : "";
    say("fcntl d%d F_GETFL = %s%s", slot, open_flags(flags & (O_ACCMODE | O_APPEND)), more);
  }
}

static inline void call_setfl(void) {
  int slot = any_slot(), flags = (chance(50) ? O_APPEND : 0);
  if (chance(20)) flags |= O_NONBLOCK;
  int result = fcntl(fd_of(slot), F_SETFL, flags);
  say("fcntl d%d F_SETFL %s%s = %s", slot, flags & O_APPEND ? "|O_APPEND" : "", flags & O_NONBLOCK ? "|O_NONBLOCK" : "",
      outcome(result));
}

/* WASI has no dup, but can move a descriptor over another: natively that is dup2 and close. */
static inline void call_renumber(void) {
  int from = below(SLOTS), to = below(SLOTS);
  if (from == to || slots[from].fd < 0 || slots[to].fd < 0) return;
#ifdef __wasi__
  int result = __wasilibc_fd_renumber(slots[from].fd, slots[to].fd);
#else
  int result = dup2(slots[from].fd, slots[to].fd) < 0 ? -1 : close(slots[from].fd);
#endif
  say("renumber d%d d%d = %s", from, to, outcome(result));
  if (result < 0) return;
  slots[to].is_directory = slots[from].is_directory;
  slots[from].fd = -1;
}

/*
 * A time to set: one of those that are hard to hold, or the present, or none. An access time is never within a second
 * of a modification time: node:fs sets them to some microseconds, and which one is later decides if reads move atime.
 */
static inline struct timespec draw_time(int modification) {
  static const int64_t SECONDS[2][4] = {
      {0, 951782400, 2147483647, 9000000000},
      {2, 1000000000, 2147483649, 4102444800},
  };
  static const long NANOSECONDS[] = {0, 1, 999, 1000, 999999, 123456789, 500000000, 999999999};
  int kind = below(10);
  if (kind < 2) return (struct timespec){.tv_nsec = UTIME_NOW};
  if (kind < 4) return (struct timespec){.tv_nsec = UTIME_OMIT};
  struct timespec time = {.tv_sec = ANY(SECONDS[modification])};
  time.tv_nsec = chance(50) ? ANY(NANOSECONDS) : below(1000000000);
  return time;
}

static inline const char *set_text(struct timespec time) {
  return time.tv_nsec == UTIME_NOW ? "UTIME_NOW" : time.tv_nsec == UTIME_OMIT ? "UTIME_OMIT" : time_text(time);
}

/* Two times that are not both left as they are: Linux looks at no descriptor for that, WASI at its number. */
static inline void draw_times(struct timespec times[2]) {
  times[0] = draw_time(0);
  times[1] = draw_time(1);
  if (times[0].tv_nsec == UTIME_OMIT && times[1].tv_nsec == UTIME_OMIT) times[1].tv_nsec = UTIME_NOW;
}

static inline void call_futimens(void) {
  struct timespec times[2];
  struct stat st;
  char what[160];
  int slot = any_slot(), fd = fd_of(slot), none = chance(10);
  draw_times(times);
  int result = futimens(fd, none ? NULL : times);
  if (none) snprintf(what, sizeof what, "futimens d%d", slot);
  else snprintf(what, sizeof what, "futimens d%d %s %s", slot, set_text(times[0]), set_text(times[1]));
  if (result == 0) fstat(fd, &st);
  say_look(what, result, &st);
}

#endif
