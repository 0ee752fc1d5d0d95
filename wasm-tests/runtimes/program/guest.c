// The guest of commands.mjs: does what its first argument says.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((noinline)) static int deep(int n) {
  if (n == 0) return 0;
  volatile int below = deep(n - 1);
  return below + 1;
}

static int fill(int mebibytes) {
  static char block[1 << 20];
  for (int i = 0; i < mebibytes; i++) {
    for (size_t at = 0; at < sizeof block;) {
      ssize_t done = write(1, block + at, sizeof block - at);
      if (done < 0) return 2;
      at += done;
    }
  }
  return 0;
}

/** Sends each client its own bytes. */
static int serve(int clients) {
  static char bytes[1 << 16];
  fcntl(3, F_SETFL, 0);
  while (clients-- > 0) {
    int client = accept(3, NULL, NULL);
    if (client < 0) return 3;
    for (ssize_t n; (n = read(client, bytes, sizeof bytes)) != 0;) {
      if (n < 0) return 4;
      for (ssize_t at = 0, done; at < n; at += done) {
        if ((done = write(client, bytes + at, n - at)) < 0) return 5;
      }
    }
    close(client);
  }
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "hello";
  int n = argc > 2 ? atoi(argv[2]) : 0;
  if (!strcmp(what, "hello")) return puts("hello"), 0;
  if (!strcmp(what, "exit")) return n;
  if (!strcmp(what, "trap")) __builtin_trap();
  if (!strcmp(what, "deep")) return printf("%d\n", deep(n)), 0;
  if (!strcmp(what, "fill")) return fill(n);
  if (!strcmp(what, "echo")) {
    for (int c; (c = getchar()) != EOF;) putchar(c), fflush(stdout);
    return 0;
  }
  if (!strcmp(what, "bytes")) {
    for (char *c = argv[2]; *c; c++) printf("%02x", (unsigned char)*c);
    return puts(""), 0;
  }
  if (!strcmp(what, "allocate")) {
    // Used, so that the compiler does not leave it out.
    char *volatile room = malloc((size_t)n << 20);
    return room ? 0 : 7;
  }
  if (!strcmp(what, "write")) {
    FILE *file = fopen(argv[2], "w");
    return file && fputs("text", file) >= 0 && fclose(file) == 0 ? 0 : 8;
  }
  if (!strcmp(what, "read")) {
    char text[16] = "";
    FILE *file = fopen(argv[2], "r");
    return file && fgets(text, sizeof text, file) ? puts(text), 0 : 9;
  }
  puts("ready"), fflush(stdout);
  if (!strcmp(what, "serve")) return serve(n);
  if (!strcmp(what, "wait")) return getchar();
  for (volatile int i = 0;; i++);
}
