/*
 * Temporary files as tmpfile() and mkstemp() make them: a name drawn by chance, O_EXCL, unlinked at once, used through
 * stdio, gone with fclose. Done by hand, for wasi-libc has neither of the two.
 */
#include "trace-dir.h"

static unsigned long long state = 7;

/* Replaces the X's at the end of `name`, which may be taken already: then draws again. The descriptor, or -1. */
static int make_temporary(char *name, int *tries) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  for (*tries = 1; *tries <= 100; ++*tries) {
    for (char *at_x = name + strlen(name) - 6; *at_x; at_x++) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      *at_x = letters[(state >> 33) % 62];
    }
    int fd = open(at(name), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

static FILE *make_tmpfile(void) {
  char name[] = "tmpfile_XXXXXX";
  int tries, fd = make_temporary(name, &tries);
  if (fd < 0 || unlink(at(name)) < 0) return NULL;
  return fdopen(fd, "w+");
}

int main(int argc, char **argv) {
  begin(argc, argv);
  char line[64], name[] = "mkstemp_XXXXXX", taken[] = "mkstemp_XXXXXX";
  int tries;

  int temporary = make_temporary(name, &tries);
  say("mkstemp = %s after %d try", outcome(temporary), tries);
  t_write(temporary, "kept until unlinked");
  state = 7; /* the next drawn name exists already */
  int second = make_temporary(taken, &tries);
  say("mkstemp of a taken name = %s after %d tries", outcome(second), tries);
  check("two names", strcmp(name, taken) != 0);
  t_same(temporary, second);
  host("named");
  unlink(at(name));
  unlink(at(taken));
  host("unlinked");
  t_list(".");
  t_fstat(temporary);
  t_pread(temporary, 32, 0);
  t_close(temporary);
  t_close(second);
  host("closed");

  FILE *file = make_tmpfile();
  if (!file) abort();
  host("tmpfile");
  for (int i = 1; i <= 1000; i++) fprintf(file, "line %d\n", i);
  fflush(file);
  t_fstat(fileno(file));
  t_list(".");
  host("written");
  rewind(file);
  int lines = 0;
  long sum = 0;
  while (fgets(line, sizeof line, file)) lines++, sum += atoi(line + 5);
  say("read %d lines, sum %ld", lines, sum);
  say("fseek 7 = %s", outcome(fseek(file, 7, SEEK_SET)));
  say("fgets = %s", fgets(line, sizeof line, file) ? quote(line, strlen(line)) : "nothing");
  fseek(file, 0, SEEK_END);
  fputs("the end\n", file); /* still in stdio's buffer: fclose writes it, to a file without a name */
  say("fclose = %s", outcome(fclose(file)));
  host("tmpfile-closed");

  FILE *many[50];
  int alive = 0;
  for (int i = 0; i < 50; i++) {
    if (!(many[i] = make_tmpfile())) abort();
    fprintf(many[i], "temporary %d", i);
    fflush(many[i]);
  }
  host("fifty");
  for (int i = 0; i < 50; i++) {
    char expected[32];
    snprintf(expected, sizeof expected, "temporary %d", i);
    rewind(many[i]);
    alive += fgets(line, sizeof line, many[i]) && strcmp(line, expected) == 0;
    fclose(many[i]);
  }
  say("fifty at once, each with its own content: %d", alive);
  t_list(".");
}
