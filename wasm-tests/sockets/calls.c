// Makes the calls of a socket that its stdin names, one a line, and prints the result of each. Descriptor 3 is a listener,
// named l; accept gives a name to a connection. It prints no number that differs between systems.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#ifndef __wasi__
#include <signal.h>
#endif

static int fds[128];
static char bytes[16 << 20];

static const char *name_of(int error) {
  switch (error) {
  case EAGAIN: return "EAGAIN";
  case EBADF: return "EBADF";
  case ECONNRESET: return "ECONNRESET";
  case EINVAL: return "EINVAL";
  case ENOTCONN: return "ENOTCONN";
  case ENOTSOCK: return "ENOTSOCK";
  case EPIPE: return "EPIPE";
  case ESPIPE: return "ESPIPE";
  default: return strerror(error);
  }
}

static void result(long count) {
  if (count < 0) printf("%s\n", name_of(errno));
  else printf("%ld\n", count);
}

/** A short text is printed, of a longer one whether each byte is the number of its place. */
static void received(long count) {
  if (count <= 0 || count > 64) {
    int isWhole = 1;
    for (long i = 0; i < count; i++) isWhole &= bytes[i] == (char)(i % 251);
    if (count > 0) printf("%s ", isWhole ? "whole" : "damaged");
    result(count);
  } else {
    printf("%.*s\n", (int)count, bytes);
  }
}

static void run(char *line) {
  char *word[8] = {0};
  int words = 0;
  for (char *w = strtok(line, " \n"); w && words < 8; w = strtok(NULL, " \n")) word[words++] = w;
  const char *what = word[0];
  int fd = words > 1 ? fds[(unsigned char)word[1][0] & 127] : 0;
  int flags = 0;
  if (!strcmp(what, "accept")) {
    int made = accept4(fd, NULL, NULL, words > 3 ? SOCK_NONBLOCK : 0);
    if (made >= 0) fds[(unsigned char)word[2][0]] = made;
    result(made < 0 ? made : 0);
  } else if (!strcmp(what, "recv")) {
    for (int i = 3; i < words; i++) flags |= !strcmp(word[i], "peek") ? MSG_PEEK : MSG_WAITALL;
    received(recv(fd, bytes, atol(word[2]), flags));
  } else if (!strcmp(what, "read")) {
    received(read(fd, bytes, atol(word[2])));
  } else if (!strcmp(what, "send")) {
    for (long i = 0; i < atol(word[2]); i++) bytes[i] = (char)(i % 251);
    result(send(fd, bytes, atol(word[2]), 0));
  } else if (!strcmp(what, "write")) {
    result(write(fd, word[2], strlen(word[2])));
  } else if (!strcmp(what, "fill")) {
    // A nonblocking one: until nothing has been taken for 200 ms.
    long total = 0, done;
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    memset(bytes, 'x', 65536);
    do
      while ((done = write(fd, bytes, 65536)) > 0) total += done;
    while (poll(&polled, 1, 200) > 0);
    printf("%s %s\n", total > 65536 ? "much" : "little", name_of(errno));
  } else if (!strcmp(what, "shutdown")) {
    result(shutdown(fd, !strcmp(word[2], "r") ? SHUT_RD : !strcmp(word[2], "w") ? SHUT_WR : SHUT_RDWR));
  } else if (!strcmp(what, "nonblock")) {
    int old = fcntl(fd, F_GETFL);
    if (words > 2) fcntl(fd, F_SETFL, atoi(word[2]) ? old | O_NONBLOCK : old & ~O_NONBLOCK);
    printf("%d\n", (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
  } else if (!strcmp(what, "poll")) {
    struct pollfd polled[4];
    for (int i = 2; i < words; i++) {
      polled[i - 2].fd = fds[(unsigned char)word[i][0]];
      polled[i - 2].events = (strchr(word[i], '<') ? POLLIN : 0) | (strchr(word[i], '>') ? POLLOUT : 0);
    }
    printf("%d", poll(polled, words - 2, atoi(word[1])));
    for (int i = 2; i < words; i++) {
      int events = polled[i - 2].revents;
      printf(" %c%s%s%s", word[i][0], events & POLLIN ? "<" : "", events & POLLOUT ? ">" : "", events & POLLHUP ? "!" : "");
    }
    printf("\n");
  } else if (!strcmp(what, "type")) {
    struct stat st;
    int type = 0;
    socklen_t size = sizeof type;
    int isSocket = !fstat(fd, &st) && S_ISSOCK(st.st_mode);
    int isStream = !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
    printf("%d %d %s\n", isSocket, isStream, lseek(fd, 0, SEEK_CUR) < 0 ? name_of(errno) : "seeks");
  } else if (!strcmp(what, "close")) {
    result(close(fd));
  } else if (!strcmp(what, "environment")) {
    printf("%s\n", getenv(word[1]) ? getenv(word[1]) : "unset");
  } else if (!strcmp(what, "open")) {
    FILE *file = fopen(word[1], "r");
    printf("%s\n", file ? "opened" : strerror(errno));
  } else if (!strcmp(what, "exit")) {
    exit(atoi(word[1]));
  } else {
    printf("unknown: %s\n", what);
  }
  fflush(stdout);
}

int main(void) {
  static char line[4096];
#ifndef __wasi__
  signal(SIGPIPE, SIG_IGN);
#endif
  fds['l'] = 3;
  fds['m'] = 4;
  while (fgets(line, sizeof line, stdin)) run(line);
  return 0;
}
