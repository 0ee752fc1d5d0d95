/* Calls on paths that make, move, remove and look at names. */
#ifndef CALLS_PATH_H
#define CALLS_PATH_H

#include "calls-fd.h"
#include "calls-io.h"

static struct place place_a, place_b;

/* Looks at what a path leads to, or at the directory it is in. */
static inline void look_at(const struct place *p, int follow) {
  char what[600];
  struct stat st;
  snprintf(what, sizeof what, "%s %s", follow ? "stat" : "lstat", shown(p));
  say_look(what, stat_place(p, &st, follow), &st);
}

/* Before a change: dates the directory back now and then, so that it shows whether its mtime is moved. */
static inline void date_back(const struct place *p) {
  static struct place parent;
  static int dated;
  struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000000000 + dated, .tv_nsec = dated}};
  if (chance(70)) return;
  dated++;
  parent_place(p, &parent);
  if (leaves(&parent, FOLLOWED) > 0) return;
  const char *path = parent.absolute ? absolute_path(&parent, 0) : parent.path;
  utimensat(parent.absolute ? AT_FDCWD : parent.fd, path, times, 0);
}

/* After a change: now and then at the name, and at its directory. */
static inline void look_around(const struct place *p) {
  static struct place parent;
  int name = chance(40), directory = chance(40);
  if (name) look_at(p, 0);
  parent_place(p, &parent);
  if (directory) look_at(&parent, 1);
}

static inline void call_stat(void) {
  draw_only_place(&place_a);
  look_at(&place_a, chance(50));
}

static inline int do_mkdir(const struct place *p) {
  if (leaves(p, PARENT) > 0) return -1;
  return p->absolute ? mkdir(absolute_path(p, 0), 0755) : mkdirat(p->fd, p->path, 0755);
}

static inline void call_mkdir(void) {
  struct place *p = &place_a;
  draw_only_place(p);
  date_back(p);
  int result = do_mkdir(p);
  say("mkdir %s = %s", shown(p), outcome(result));
  if (result == 0) remember_path(p);
  look_around(p);
}

static inline int do_rmdir(const struct place *p) {
  if (leaves(p, PARENT) > 0) return -1;
  return p->absolute ? rmdir(absolute_path(p, 0)) : unlinkat(p->fd, p->path, AT_REMOVEDIR);
}

static inline void call_rmdir(void) {
  struct place *p = &place_a;
  draw_only_place(p);
  date_back(p);
  int result = do_rmdir(p);
  say("rmdir %s = %s", shown(p), outcome(result));
  look_around(p);
}

static inline void call_unlink(void) {
  struct place *p = &place_a;
  draw_only_place(p);
  date_back(p);
  int result = leaves(p, PARENT) > 0 ? -1 : p->absolute ? unlink(absolute_path(p, 0)) : unlinkat(p->fd, p->path, 0);
  say("unlink %s = %s", shown(p), outcome(result));
  look_around(p);
}

static inline void call_remove(void) {
  struct place *p = &place_a;
  draw_path(p->path, 1);
  p->fd = base_fd;
  p->absolute = 1;
  strcpy(p->from, "/");
  int result = leaves(p, PARENT) > 0 ? -1 : remove(absolute_path(p, 0));
  say("remove %s = %s", shown(p), outcome(result));
  look_around(p);
}

static inline int do_rename(const struct place *a, const struct place *b) {
  if (either_leaves(a, PARENT, b) > 0) return -1;
  if (a->absolute && b->absolute) return rename(absolute_path(a, 0), absolute_path(b, 1));
  const char *from = a->absolute ? absolute_path(a, 0) : a->path, *to = b->absolute ? absolute_path(b, 1) : b->path;
  return renameat(a->fd, from, b->fd, to);
}

static inline void call_rename(void) {
  struct place *a = &place_a, *b = &place_b;
  draw_place(a);
  draw_new_place(b);
  date_back(a);
  date_back(b);
  int result = do_rename(a, b);
  say("rename %s %s = %s", shown(a), shown(b), outcome(result));
  if (result == 0) remember_path(b);
  look_around(a);
  look_around(b);
}

static inline int do_link(const struct place *a, const struct place *b, int follow) {
  if (either_leaves(a, follow ? FOLLOWED : NOT_FOLLOWED, b) > 0) return -1;
  const char *from = a->absolute ? absolute_path(a, 0) : a->path, *to = b->absolute ? absolute_path(b, 1) : b->path;
  if (a->absolute && b->absolute && !follow) return link(from, to);
  return linkat(a->fd, from, b->fd, to, follow ? AT_SYMLINK_FOLLOW : 0);
}

static inline void call_link(void) {
  struct place *a = &place_a, *b = &place_b;
  draw_place(a);
  draw_new_place(b);
  date_back(a);
  date_back(b);
  int follow = chance(30), result = do_link(a, b, follow);
  say("link%s %s %s = %s", follow ? " (following)" : "", shown(a), shown(b), outcome(result));
  if (result == 0) remember_path(b);
  look_around(a);
  look_around(b);
}

/* A relative target: WASI makes no symlink with an absolute one. */
static inline void draw_target(char *target) {
  int kind = below(100);
  if (kind < 2) target[0] = 0;
  else if (kind < 4) draw_long_path(target);
  else if (kind < 10) strcpy(target, "..");
  else if (kind < 14) strcpy(target, ".");
  else if (kind < 40) strcpy(target, ANY(SHORT));
  else if (kind < 50) snprintf(target, 64, "../%s", ANY(SHORT));
  else draw_path(target, chance(50));
}

static inline void call_symlink(void) {
  struct place *p = &place_a;
  static struct place target;
  if (chance(50)) draw_only_place(p);
  else draw_new_place(p);
  date_back(p);
  draw_target(target.path);
  strcpy(target.from, "to");
  /* Linux looks at the target before the directory, WASI after it. */
  if (p->dubious) strcpy(target.path, "a");
  int result = -1;
  if (target.path[0] == 0 || strlen(target.path) >= LONGEST || leaves(p, PARENT) <= 0)
    result = p->absolute ? symlink(target.path, absolute_path(p, 0)) : symlinkat(target.path, p->fd, p->path);
  say("symlink %s %s = %s", shown(&target), shown(p), outcome(result));
  if (result == 0) remember_path(p);
  look_around(p);
}

/* WASI reads a link into no room at all, Linux says EINVAL: there is some. */
static inline void call_readlink(void) {
  static char target[PATH_BYTES];
  struct place *p = &place_a;
  draw_only_place(p);
  int room_for = chance(70) ? 4096 : 1 + below(12);
  long got = -1;
  if (leaves(p, NOT_FOLLOWED) <= 0)
    got = p->absolute ? readlink(absolute_path(p, 0), target, room_for) : readlinkat(p->fd, p->path, target, room_for);
  if (got < 0) say("readlink %s %d = %s", shown(p), room_for, error_name(errno));
  else say("readlink %s %d = %ld %s", shown(p), room_for, got, quote(target, got < 60 ? got : 60));
}

/* X_OK is not asked for: WASI knows no execution. */
static inline void call_access(void) {
  static const int MODE[] = {F_OK, R_OK, W_OK, R_OK | W_OK};
  struct place *p = &place_a;
  draw_only_place(p);
  int mode = ANY(MODE), result = -1;
  if (leaves(p, FOLLOWED) <= 0)
    result = p->absolute ? access(absolute_path(p, 0), mode) : faccessat(p->fd, p->path, mode, 0);
  say("access %s %s%s = %s", shown(p), mode & R_OK ? "R" : "", mode & W_OK ? "W" : "", outcome(result));
}

/* To another size than it has: of the same one, the kernel's call leaves the times alone, and wasi-libc has none. */
static inline void call_truncate(void) {
  struct place *p = &place_a;
  struct stat st;
  draw_path(p->path, 1);
  p->fd = base_fd;
  p->absolute = 1;
  strcpy(p->from, "/");
  off_t size = draw_offset();
  int known = stat_place(p, &st, 1);
  if (known == 0 && st.st_size == size) size++;
  int result = leaves(p, FOLLOWED) > 0 ? -1 : truncate(absolute_path(p, 0), size);
  say("truncate %s %lld = %s", shown(p), (long long)size, outcome(result));
  look_around(p);
}

static inline void call_utimens(void) {
  struct place *p = &place_a;
  struct timespec times[2];
  int follow = chance(50), none = chance(10), result = -1;
  draw_only_place(p);
  draw_times(times);
  const struct timespec *set = none ? NULL : times;
  if (leaves(p, follow ? FOLLOWED : NOT_FOLLOWED) <= 0)
    result = utimensat(p->absolute ? AT_FDCWD : p->fd, p->absolute ? absolute_path(p, 0) : p->path, set,
                       follow ? 0 : AT_SYMLINK_NOFOLLOW);
  say("utimensat%s %s %s %s = %s", follow ? "" : " (not following)", shown(p), none ? "-" : set_text(times[0]),
      none ? "-" : set_text(times[1]), outcome(result));
  if (result == 0) look_at(p, follow);
}

/* A directory that is open and has no name any more: paths may begin at it later. */
static inline void call_removed_directory(void) {
  struct place *p = &place_a;
  int slot = below(SLOTS);
  close_slot(slot);
  draw_new_place(p);
  say("mkdir %s = %s", shown(p), outcome(do_mkdir(p)));
  int fd = open_place(p, O_RDONLY | O_DIRECTORY);
  say("open %s = d%d: %s", shown(p), slot, outcome(fd));
  if (fd >= 0) fill_slot(slot, fd);
  say("rmdir %s = %s", shown(p), outcome(do_rmdir(p)));
}

/*
 * Symlinks that lead through one another: the kernel follows 40. They stay below the base directory: for a path that
 * leaves it after more than 20 links openat2 answers ELOOP, as it counts those of its first try twice.
 */
static inline void call_chain(void) {
  enum { LINKS = 42 };
  struct place p = {.fd = base_fd, .from = "base"};
  char target[32];
  int to_file = chance(50);
  if (mkdirat(base_fd, "chain", 0755) < 0) return;
  if (to_file) close(openat(base_fd, "chain/end", O_WRONLY | O_CREAT, 0644));
  else mkdirat(base_fd, "chain/end", 0755);
  for (int i = 0; i < LINKS; i++) {
    snprintf(p.path, sizeof p.path, "chain/%d", i);
    if (i == 0) strcpy(target, "../chain/end");
    else snprintf(target, sizeof target, i % 2 ? "%d" : "./%d", i - 1);
    if (symlinkat(target, base_fd, p.path) < 0) say("chain %d = %s", i, error_name(errno));
  }
  for (int i = 37; i < LINKS; i++) {
    snprintf(p.path, sizeof p.path, "chain/%d", i);
    look_at(&p, 1);
    int fd = open_place(&p, O_RDWR | O_CREAT);
    say("open chain/%d = %s", i, outcome(fd));
    if (fd >= 0) close(fd);
    strcat(p.path, "/a");
    look_at(&p, 0);
  }
  for (int i = 0; i < LINKS; i++) {
    snprintf(p.path, sizeof p.path, "chain/%d", i);
    unlinkat(base_fd, p.path, 0);
  }
  unlinkat(base_fd, "chain/end", to_file ? 0 : AT_REMOVEDIR);
  say("rmdir chain = %s", outcome(unlinkat(base_fd, "chain", AT_REMOVEDIR)));
}

#endif
