/* Random paths in a small tree, so that most of them meet something. */
#ifndef PATHS_H
#define PATHS_H

#include "descriptors.h"
#include "place.h"
#include "random.h"

/* Paths from the base directory that something was made at. */
#define MADE 40
#define MADE_BYTES 160
static char made[MADE][MADE_BYTES];
static unsigned made_count;

static inline void remember_path(const struct place *p) {
  if (p->fd == base_fd && strlen(p->path) < MADE_BYTES) strcpy(made[made_count++ % MADE], p->path);
}

static const char *const SHORT[] = {"a", "b", "c", "d", "e", "f"};
static const char *const ODD[] = {"...", "..a", ".h", "a.", "a b", "\xc3\xa9\xe2\x82\xac", "\xf0\x9f\x90\xa7", "A"};

/* A name of so many letters. */
static inline void append_long(char *path, int length) {
  char *end = path + strlen(path);
  memset(end, 'n', length);
  end[length] = 0;
}

static inline void append_component(char *path) {
  int kind = below(200);
  if (kind < 166) strcat(path, ANY(SHORT));
  else if (kind < 180) strcat(path, "..");
  else if (kind < 186) strcat(path, ".");
  else if (kind < 195) strcat(path, ANY(ODD));
  else if (kind < 197) append_long(path, 255);
  else if (kind < 198) append_long(path, 256);
  else strcat(path, "a/");
}

/* The path of an earlier created file, which still exists if three tries find one. */
static inline const char *draw_made(void) {
  static struct place p;
  struct stat st;
  p.fd = base_fd;
  for (int tries = 0; tries < 3; tries++) {
    strcpy(p.path, made[below(made_count < MADE ? made_count : MADE)]);
    if (stat_place(&p, &st, 0) == 0) break;
  }
  return p.path;
}

/* A relative path with no more than its share of `.`, `..`, doubled and trailing slashes. */
static inline void draw_path(char *path, int from_base) {
  path[0] = 0;
  if (!from_base && chance(25)) {
    strcpy(path, ".");
    return;
  }
  if (chance(6)) strcat(path, "./");
  int components = 1 + below(10) / 5 + below(10) / 8;
  if (from_base && made_count > 0 && chance(60)) {
    strcat(path, draw_made());
    components = below(3) == 0;
  } else append_component(path), components--;
  while (components-- > 0) {
    strcat(path, chance(4) ? "//" : "/");
    append_component(path);
  }
  int tail = below(100);
  if (tail < 6) strcat(path, "/");
  else if (tail < 7) strcat(path, "//");
  else if (tail < 9) strcat(path, "/.");
  else if (tail < 11) strcat(path, "/..");
}

/* A path of about the greatest length: one of 4,095 bytes leads somewhere, one of 4,096 is ENAMETOOLONG. */
static inline void draw_long_path(char *path) {
  static const int LENGTHS[] = {LONGEST - 2, LONGEST - 1, LONGEST, LONGEST + 1, LONGEST + 1000};
  int length = ANY(LENGTHS), at = 0;
  while (at + 2 < length) at += sprintf(path + at, "./");
  if (at + 1 < length) at += sprintf(path + at, "/");
  strcpy(path + at, ANY(SHORT));
}

/* The start of a call's path: the base directory by its name, by its descriptor, or another open directory. */
static inline void draw_start(struct place *p) {
  int slot = chance(30) ? any_directory() : -1;
  p->absolute = slot < 0 && chance(55);
  p->dubious = 0;
  p->fd = slot < 0 ? base_fd : slots[slot].fd;
  if (slot < 0) strcpy(p->from, p->absolute ? "/" : "base");
  else snprintf(p->from, sizeof p->from, "d%d", slot);
}

/* A place for a call that takes two of them. */
static inline void draw_place(struct place *p) {
  draw_start(p);
  int odd = p->absolute ? 100 : below(100);
  if (odd < 1) p->path[0] = 0;
  else if (odd < 2) draw_long_path(p->path);
  else draw_path(p->path, p->fd == base_fd);
}

/* A place for a listing: often a directory that is there. */
static inline void draw_directory(struct place *p) {
  struct stat st;
  draw_place(p);
  if (p->fd != base_fd || made_count == 0 || chance(30)) return;
  for (int tries = 0; tries < 4; tries++) {
    strcpy(p->path, draw_made());
    if (stat_place(p, &st, 1) == 0 && S_ISDIR(st.st_mode)) return;
  }
  strcpy(p->path, ".");
}

/* A place for something new: often a name in a directory that is there. */
static inline void draw_new_place(struct place *p) {
  static const char *const NAMES[] = {"a", "b", "c", "d", "e", "f", "k", "l", "m", "n", "o", "p"};
  if (chance(50)) {
    draw_place(p);
    return;
  }
  draw_directory(p);
  if (p->path[0] == 0 || strlen(p->path) > LONGEST / 2) return;
  strcat(p->path, "/");
  strcat(p->path, ANY(NAMES));
}

/* A place for a call; now and then its descriptor is not a directory, or not open. */
static inline void draw_only_place(struct place *p) {
  draw_place(p);
  if (p->absolute || !chance(3)) return;
  int slot = below(SLOTS);
  p->dubious = 1;
  p->fd = fd_of(slot);
  snprintf(p->from, sizeof p->from, "d%d", slot);
  draw_path(p->path, 0);
}

/* The directory of a place's last name. */
static inline void parent_place(const struct place *p, struct place *parent) {
  *parent = *p;
  char *slash = strrchr(parent->path, '/');
  if (slash && slash != parent->path) *slash = 0;
  else strcpy(parent->path, ".");
}

#endif
