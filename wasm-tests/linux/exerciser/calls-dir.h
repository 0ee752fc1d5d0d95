/*
 * Listings. The order of entries is unspecified, so they are sorted; an entry created or removed meanwhile may or may not
 * be seen, and is not printed.
 */
#ifndef CALLS_DIR_H
#define CALLS_DIR_H

#include "calls-path.h"
#include <dirent.h>

#define ENTRIES 512

struct entry {
  char name[260];
  uint64_t ino;
  int type;
};

struct listing {
  struct entry entries[ENTRIES];
  int count;
};

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

/*
 * opendir(3) of a place. wasi-libc reads the first entries there, glibc with the first readdir: rewound, both begin to
 * read when they are asked to. Of a removed directory wasi-libc's fdopendir gives the ENOENT that glibc's readdir takes
 * for the end.
 */
static inline DIR *open_listing(const struct place *p) {
  int fd = open_place(p, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return NULL;
  DIR *dir = fdopendir(fd);
  if (dir) rewinddir(dir);
  else {
    int error = errno;
    close(fd);
    errno = error;
  }
  return dir;
}

/* Reads up to `most` entries to the end of the listing; 0 or what readdir's errno was. */
static inline int read_entries(DIR *dir, struct listing *list, int most) {
  for (int i = 0; i < most; i++) {
    errno = 0;
    struct dirent *d = readdir(dir);
    if (!d) return errno;
    if (list->count == ENTRIES) abort();
    struct entry *e = &list->entries[list->count++];
    snprintf(e->name, sizeof e->name, "%s", d->d_name);
    e->ino = d->d_ino;
    e->type = d->d_type;
  }
  return 0;
}

static inline void sort_entries(struct listing *list) {
  qsort(list->entries, list->count, sizeof list->entries[0], by_name);
}

static inline int has_entry(const struct listing *list, const char *name) {
  int count = 0;
  for (int i = 0; i < list->count; i++) count += strcmp(list->entries[i].name, name) == 0;
  return count;
}

static inline const char *type_text(int type) {
  return type == DT_DIR ? "dir" : type == DT_REG ? "file" : type == DT_LNK ? "link" : "?";
}

static inline int is_dot(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

static inline const char *name_text(const char *name) { return strlen(name) > 60 ? name + strlen(name) - 60 : name; }

/* WASI does not define the parent of the base directory. */
static inline void say_entries(const char *what, struct listing *list, int error) {
  const struct entry *first = list->entries;
  struct stat base_stat;
  fstat(base_fd, &base_stat);
  int dots = list->count > 1 && strcmp(first[0].name, ".") == 0 && strcmp(first[1].name, "..") == 0;
  int at_base = dots && first[0].ino == base_stat.st_ino;
  say("%s = %d entries, %s, %s", what, list->count, error ? error_name(error) : "end", dots ? "dots first" : "no dots");
  sort_entries(list);
  for (int i = 0; i < list->count; i++) {
    struct entry *e = &list->entries[i];
    int outside = at_base && strcmp(e->name, "..") == 0;
    say("  %s %s #%d", name_text(e->name), type_text(e->type), outside ? 0 : inode_id(e->ino));
  }
}

static struct listing list_a, list_b;

static inline void call_list(void) {
  char what[600];
  struct place *p = &place_a;
  if (chance(20)) draw_only_place(p);
  else draw_directory(p);
  snprintf(what, sizeof what, "list %s", shown(p));
  DIR *dir = open_listing(p);
  if (!dir) {
    say("%s = %s", what, error_name(errno));
    return;
  }
  list_a.count = 0;
  int error = read_entries(dir, &list_a, ENTRIES);
  say_entries(what, &list_a, error);
  if (chance(20)) {
    rewinddir(dir);
    list_a.count = 0;
    error = read_entries(dir, &list_a, ENTRIES);
    say_entries("  rewound", &list_a, error);
  }
  say("  closedir = %s", outcome(closedir(dir)));
}

/*
 * Lists a directory in two parts, with a file created and another removed in between: every other entry comes
 * once. The second part continues by seekdir or as it goes. (By seekdir to an entry that was removed, the kernel's
 * tmpfs repeats one that came before, or leaves one out: then ours are held to the rule, and the kernel to nothing.)
 */
#ifdef __wasi__
#define IS_NATIVE 0
#else
#define IS_NATIVE 1
#endif

static inline void call_list_changing(void) {
  struct place *p = &place_a;
  draw_directory(p);
  DIR *dir = open_listing(p);
  if (!dir) {
    say("list changing %s = %s", shown(p), error_name(errno));
    return;
  }
  list_a.count = list_b.count = 0;
  int error = read_entries(dir, &list_a, ENTRIES);
  sort_entries(&list_a);
  rewinddir(dir);
  int first = below(list_a.count + 1), seek = chance(60), victim = list_a.count > 0 ? below(list_a.count) : 0;
  read_entries(dir, &list_b, first);
  long at = telldir(dir);
  const char *gone = list_a.count > 0 ? list_a.entries[victim].name : "";
  say("list changing %s: %d entries, %s", shown(p), list_a.count, error ? error_name(error) : "end");
  int fd = openat(dirfd(dir), "new", O_CREAT | O_EXCL | O_WRONLY, 0644);
  say("  made new = %s", outcome(fd));
  if (fd >= 0) close(fd);
  int removed = gone[0] && !is_dot(gone) && unlinkat(dirfd(dir), gone, 0) == 0;
  if (removed) say("  removed %s", name_text(gone));
  if (seek) seekdir(dir, at);
  error = read_entries(dir, &list_b, ENTRIES);
  for (int i = 0; i < list_a.count; i++) {
    const char *name = list_a.entries[i].name;
    if ((removed && strcmp(name, gone) == 0) || strcmp(name, "new") == 0) continue;
    int times = has_entry(&list_b, name);
    say("  %s came %d times", name_text(name), seek && removed && IS_NATIVE ? 1 : times);
  }
  rewinddir(dir);
  list_b.count = 0;
  error = read_entries(dir, &list_b, ENTRIES);
  say_entries("  rewound", &list_b, error);
  say("  unlink new = %s", outcome(unlinkat(dirfd(dir), "new", 0)));
  closedir(dir);
}

/* Removes each entry as it comes, as `rm -r` does. */
static inline void call_purge(void) {
  static struct entry removed[ENTRIES];
  int count = 0;
  struct place *p = &place_a;
  draw_directory(p);
  DIR *dir = open_listing(p);
  if (!dir) {
    say("purge %s = %s", shown(p), error_name(errno));
    return;
  }
  say("purge %s", shown(p));
  struct dirent *d;
  while ((d = readdir(dir)) && count < ENTRIES) {
    if (is_dot(d->d_name)) continue;
    struct entry *e = &removed[count++];
    snprintf(e->name, sizeof e->name, "%s", d->d_name);
    int result = unlinkat(dirfd(dir), e->name, 0);
    if (result < 0 && errno == EISDIR) result = unlinkat(dirfd(dir), e->name, AT_REMOVEDIR);
    e->type = result < 0 ? errno : 0;
  }
  qsort(removed, count, sizeof removed[0], by_name);
  for (int i = 0; i < count; i++)
    say("  %s = %s", name_text(removed[i].name), removed[i].type ? error_name(removed[i].type) : "ok");
  closedir(dir);
}

static int walked;

/* Looks at everything below a directory, in the order of names. */
static inline void walk(int dir_fd, int depth) {
  struct stat st;
  DIR *dir = fdopendir(dir_fd);
  if (!dir) {
    say("%*s%s", depth, "", error_name(errno));
    close(dir_fd);
    return;
  }
  struct listing *list = calloc(1, sizeof *list);
  int error = read_entries(dir, list, ENTRIES);
  if (error) say("%*s%s", depth, "", error_name(error));
  sort_entries(list);
  for (int i = 0; i < list->count; i++) {
    const char *name = list->entries[i].name;
    if (is_dot(name)) continue;
    walked++;
    int result = fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW);
    say("%*s%s = %s", depth, "", name_text(name), result < 0 ? error_name(errno) : look_text(&st));
    if (result < 0 || !S_ISDIR(st.st_mode)) continue;
    int sub = openat(dirfd(dir), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (sub < 0) say("%*s%s", depth, "", error_name(errno));
    else walk(sub, depth + 1);
  }
  free(list);
  closedir(dir);
}

static inline int walk_all(void) {
  say("walk");
  walked = 0;
  walk(openat(base_fd, ".", O_RDONLY | O_DIRECTORY), 1);
  return walked;
}

/* Removes everything below a directory: for a tree that has grown large. */
static inline void remove_below(int dir_fd) {
  DIR *dir = fdopendir(dir_fd);
  if (!dir) abort();
  struct dirent *d;
  while ((d = readdir(dir))) {
    if (is_dot(d->d_name) || unlinkat(dirfd(dir), d->d_name, 0) == 0) continue;
    int sub = openat(dirfd(dir), d->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (sub < 0) abort();
    remove_below(sub);
    if (unlinkat(dirfd(dir), d->d_name, AT_REMOVEDIR) < 0) say("remove %s = %s", d->d_name, error_name(errno));
  }
  closedir(dir);
}

/* Compares every file; a file that has grown too large is truncated. */
static inline void call_walk(void) {
  if (walk_all() < 150) return;
  int fd = openat(base_fd, ANY(SHORT), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  say("remove below = %s", outcome(fd));
  if (fd >= 0) remove_below(fd);
}

#endif
