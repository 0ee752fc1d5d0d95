/* The calls of trace.h for directories: listings (sorted, for no two file systems agree on an order) and *at calls. */
#ifndef TRACE_DIR_H
#define TRACE_DIR_H

#include "trace.h"
#include <dirent.h>

static inline int is_dot(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

static inline int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Reads `dir` to its end and closes it. `.` and `..` are counted apart: a removed directory has not even those. */
static inline void say_entries(const char *label, DIR *dir) {
  char *names[64], text[1024] = "";
  int count = 0, dots = 0;
  struct dirent *entry;
  for (errno = 0; (entry = readdir(dir));) {
    if (is_dot(entry->d_name)) dots++;
    else if (count == 64) abort();
    else names[count++] = strdup(entry->d_name);
  }
  const char *end = errno ? error_name(errno) : "end";
  qsort(names, count, sizeof *names, by_text);
  for (int i = 0; i < count; i++) {
    strcat(strcat(text, " "), names[i]);
    free(names[i]);
  }
  say("list %s =%s (%d and %d dots, then %s)", label, text, count, dots, end);
  closedir(dir);
}

static inline void t_list(const char *name) {
  DIR *dir = opendir(at(name));
  if (dir) say_entries(name, dir);
  else say("list %s = %s", name, error_name(errno));
}

/* Lists the directory behind a descriptor, through a descriptor of its own: `.` is opened from it. */
static inline void trace_listat(const char *label, int fd) {
  int own = openat(fd, ".", O_RDONLY | O_DIRECTORY);
  DIR *dir = own < 0 ? NULL : fdopendir(own);
  if (dir) say_entries(label, dir);
  else say("list %s = %s", label, error_name(errno));
}
#define t_listat(fd) trace_listat(#fd, fd)

static inline int trace_openat(const char *label, int dir, const char *name, int flags) {
  int fd = openat(dir, name, flags, 0666);
  say("openat %s %s %s = %s", label, name, open_flags(flags), outcome(fd));
  return fd;
}
#define t_openat(dir, name, flags) trace_openat(#dir, dir, name, flags)

static inline void trace_statat(const char *label, int dir, const char *name) {
  struct stat st;
  char what[256];
  snprintf(what, sizeof what, "%s %s", label, name);
  say_stat("fstatat", what, fstatat(dir, name, &st, 0), &st);
}
#define t_statat(dir, name) trace_statat(#dir, dir, name)

#define t_mkdirat(dir, name) say("mkdirat %s %s = %s", #dir, name, outcome(mkdirat(dir, name, 0777)))
#define t_unlinkat(dir, name) say("unlinkat %s %s = %s", #dir, name, outcome(unlinkat(dir, name, 0)))
#define t_rmdirat(dir, name) say("rmdirat %s %s = %s", #dir, name, outcome(unlinkat(dir, name, AT_REMOVEDIR)))
#define t_symlinkat(target, dir, name) \
  say("symlinkat %s %s %s = %s", target, #dir, name, outcome(symlinkat(target, dir, name)))
#define t_linkat(from, name, to, new_name) \
  say("linkat %s %s %s %s = %s", #from, name, #to, new_name, outcome(linkat(from, name, to, new_name, 0)))
#define t_renameat(from, name, to, new_name) \
  say("renameat %s %s %s %s = %s", #from, name, #to, new_name, outcome(renameat(from, name, to, new_name)))

#endif
