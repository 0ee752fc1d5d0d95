/* Streams of stdio.h, in ways that C defines: no reading after writing without a seek between them. */
#ifndef CALLS_STREAM_H
#define CALLS_STREAM_H

#include "calls-path.h"

static inline void write_stream(FILE *file) {
  int number = below(100000), lines = chance(10) ? 300 : 1 + below(3), printed = 0;
  for (int i = 0; i < lines; i++) printed += fprintf(file, "line %d of %d\n", i, number);
  say("  fprintf %d lines = %d, fflush %d, ferror %d", lines, printed, fflush(file), ferror(file) != 0);
}

static inline void read_stream(FILE *file) {
  static char bytes[6000];
  size_t got = fread(bytes, 1, sizeof bytes, file);
  say("  fread = %zu %08x, feof %d, ferror %d", got, hash(bytes, got), feof(file) != 0, ferror(file) != 0);
}

static inline void call_stream(void) {
  static const char *const MODES[] = {"r", "w", "a", "r+", "w+", "a+", "wx", "w+x"};
  struct place *p = &place_a;
  draw_path(p->path, 1);
  /* Which paths are resolved how far depends on the mode if they end in a slash: open is tried with those. */
  while (p->path[strlen(p->path) - 1] == '/') p->path[strlen(p->path) - 1] = 0;
  p->fd = base_fd;
  p->absolute = 1;
  strcpy(p->from, "/");
  const char *mode = ANY(MODES);
  int far = below(200);
  FILE *file = leaves(p, strchr(mode, 'x') ? NOT_FOLLOWED : FOLLOWED) > 0 ? NULL : fopen(absolute_path(p, 0), mode);
  say("fopen %s %s = %s", shown(p), mode, file ? "ok" : error_name(errno));
  if (!file) return;
  if (mode[0] != 'r' || mode[1] == '+') write_stream(file);
  if (mode[0] == 'r' || mode[1] == '+') {
    int result = fseek(file, far, SEEK_SET);
    long at = ftell(file);
    if (mode[1] == '+') say("  fseek %d = %d, ftell %ld", far, result, at);
    read_stream(file);
  }
  say("  fclose = %d", fclose(file));
  if (mode[0] != 'r') remember_path(p);
  look_around(p);
}

#endif
