/* Lines of results: `yes TITLE`, or what came instead and the title. */
#ifndef CLAIMS_H
#define CLAIMS_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The result of a call that must succeed, in the word that the suite expects. */
static inline void claim(const char *title, int holds) {
  if (holds) printf("yes %s\n", title);
  else printf("no,errno=%d(%s) %s\n", errno, strerrorname_np(errno), title);
  fflush(stdout);
}

/* A call that must fail with this errno. */
static inline void fails(const char *title, long result, int expected) {
  if (result == -1 && errno == expected) printf("yes %s\n", title);
  else if (result == -1) printf("errno=%s %s\n", strerrorname_np(errno), title);
  else printf("succeeds %s\n", title);
  fflush(stdout);
}

static inline double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static inline void in(char *path, const char *dir, const char *name) { sprintf(path, "%s/%s", dir, name); }

#endif
