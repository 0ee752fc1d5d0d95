/*
 * Random numbers that are the same everywhere for the same seed. C leaves open in which order arguments are evaluated,
 * and compilers differ: no expression may draw twice.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

static uint64_t random_state;

/* SplitMix64: every seed is a good one, also 0 and 1. */
static inline uint64_t draw(void) {
  uint64_t z = random_state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* 0 to limit - 1 */
static inline int below(int limit) { return (int)(draw() % (uint64_t)limit); }

static inline int chance(int percent) { return below(100) < percent; }

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))
#define ANY(array) ((array)[below(COUNT(array))])

#endif
