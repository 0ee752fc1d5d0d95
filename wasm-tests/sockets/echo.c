// An echo server for many clients: a loop of nonblocking calls and poll(2). It ends after as many connections as its
// argument says. Each connection has a buffer, so that a slow reader holds up no other.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 512, SIZE = 65536 };

static struct client {
  int fd, isEnd;
  size_t from, to;
  char bytes[SIZE];
} clients[CLIENTS];

/** Reads and writes what goes without waiting; 0 when the connection is over. */
static int serve(struct client *c) {
  for (;;) {
    while (c->from < c->to) {
      ssize_t sent = send(c->fd, c->bytes + c->from, c->to - c->from, 0);
      if (sent < 0) return errno == EAGAIN;
      c->from += sent;
    }
    if (c->isEnd) return 0;
    ssize_t got = recv(c->fd, c->bytes, SIZE, 0);
    if (got < 0) return errno == EAGAIN;
    c->from = 0, c->to = got, c->isEnd = got == 0;
  }
}

int main(int argc, char **argv) {
  int left = argc > 1 ? atoi(argv[1]) : 1, ended = 0, most = 0, open = 0;
  fcntl(3, F_SETFL, fcntl(3, F_GETFL) | O_NONBLOCK);
  for (int i = 0; i < CLIENTS; i++) clients[i].fd = -1;
  printf("ready\n"), fflush(stdout);
  while (ended < left) {
    static struct pollfd polled[CLIENTS + 1];
    static struct client *of[CLIENTS + 1];
    int n = 1;
    polled[0] = (struct pollfd){.fd = 3, .events = POLLIN};
    for (struct client *c = clients; c < clients + CLIENTS; c++) {
      if (c->fd < 0) continue;
      polled[n] = (struct pollfd){.fd = c->fd, .events = c->from < c->to ? POLLOUT : POLLIN};
      of[n++] = c;
    }
    if (poll(polled, n, -1) < 0) return perror("poll"), 1;
    for (int i = 1; i < n; i++) {
      if (polled[i].revents == 0 || serve(of[i])) continue;
      close(of[i]->fd), of[i]->fd = -1, open--, ended++;
    }
    for (struct client *c = clients; polled[0].revents && c < clients + CLIENTS; c++) {
      if (c->fd >= 0) continue;
      c->fd = accept(3, NULL, NULL), c->from = c->to = 0, c->isEnd = 0;
      if (c->fd < 0) {
        if (errno == EAGAIN) break;
        return perror("accept"), 1;
      }
      fcntl(c->fd, F_SETFL, O_NONBLOCK);
      if (++open > most) most = open;
    }
  }
  printf("%d connections%s\n", ended, most > 1 ? ", several at a time" : "");
  return 0;
}
