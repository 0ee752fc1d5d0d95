/* The program's open descriptors, which it prints by slot: their numbers differ from system to system. */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include "place.h"
#include "random.h"

#define SLOTS 10

struct slot {
  int fd;
  int is_directory;
};
static struct slot slots[SLOTS];

/* The descriptor; or, of an empty slot, a number that is none. */
static inline int fd_of(int slot) { return slots[slot].fd < 0 ? CLOSED : slots[slot].fd; }

static inline void empty_slots(void) {
  for (int i = 0; i < SLOTS; i++) slots[i].fd = -1;
}

static inline void close_slot(int slot) {
  if (slots[slot].fd < 0) return;
  say("close d%d = %s", slot, outcome(close(slots[slot].fd)));
  slots[slot].fd = -1;
}

static inline void fill_slot(int slot, int fd) {
  struct stat st;
  slots[slot].fd = fd;
  slots[slot].is_directory = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A slot that holds a directory, or -1. */
static inline int any_directory(void) {
  int from = below(SLOTS);
  for (int i = 0; i < SLOTS; i++) {
    int slot = (from + i) % SLOTS;
    if (slots[slot].fd >= 0 && slots[slot].is_directory) return slot;
  }
  return -1;
}

/* A slot that holds a file, mostly: else it holds a directory or nothing. */
static inline int any_slot(void) {
  int from = below(SLOTS);
  if (chance(5)) return from;
  for (int i = 0; i < SLOTS; i++) {
    int slot = (from + i) % SLOTS;
    if (slots[slot].fd >= 0 && (!slots[slot].is_directory || i == 0)) return slot;
  }
  return from;
}

#endif
