/* A 9P2000.L client for `npm run bench -- wire`: it repeats one operation on many connections, one request in flight on
 * each, and prints what it counted. It is compiled natively, so that it costs every server the same.
 *
 *   wire HOST PORT ANAME CLIENTS SECONDS OPERATION
 *
 * Prints: messages, bytes of payload, seconds, and the median and 99th percentile of the round trip in microseconds. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TLOPEN = 12, TLCREATE = 14, TGETATTR = 24, TVERSION = 100, TATTACH = 104, TWALK = 110,
       TREAD = 116, TWRITE = 118, TCLUNK = 120, TREMOVE = 122 };
enum { RLERROR = 7, ROOT = 1, FILE_FID = 2, NEW_FID = 3, NO_FID = -1 };
enum { MSIZE = (1 << 20) + 24, SMALL = 4096, SLOTS = 1 << 16 };

typedef struct {
  int fd, step, turn;
  uint32_t msize, have, length, sent;
  double begun;
  unsigned char *out, *in;
} Client;

static unsigned messages;
static double payload;
static float times[SLOTS];
static const char *operation;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void put8(Client *c, uint32_t v) { c->out[c->length++] = v; }
static void put16(Client *c, uint32_t v) { put8(c, v), put8(c, v >> 8); }
static void put32(Client *c, uint32_t v) { put16(c, v), put16(c, v >> 16); }
static void put64(Client *c, uint64_t v) { put32(c, v), put32(c, v >> 32); }
static void puts9(Client *c, const char *s) {
  size_t n = strlen(s);
  put16(c, n);
  memcpy(c->out + c->length, s, n);
  c->length += n;
}
static void begin(Client *c, int type) {
  c->length = 4;
  c->sent = c->have = 0;
  put8(c, type);
  put16(c, type == TVERSION ? 0xffff : 1);
}
static uint32_t get32(const unsigned char *p) { return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24; }

static void walk(Client *c, int fid, int fresh, const char *name) {
  begin(c, TWALK);
  put32(c, fid), put32(c, fresh), put16(c, name != NULL);
  if (name != NULL) puts9(c, name);
}
static void onFid(Client *c, int type, int fid) { begin(c, type), put32(c, fid); }
static void transfer(Client *c, int type, int fid, uint64_t offset, uint32_t count) {
  onFid(c, type, fid);
  put64(c, offset), put32(c, count);
  if (type == TWRITE) c->length += count;
  payload += count;
}

/* The request of one step; false at the end of the operation. */
static int request(Client *c, const char *operation, int id) {
  char name[32];
  uint32_t large = c->msize - 24;
  snprintf(name, sizeof name, "f%d", id);
  int step = c->step++;
  if (!strcmp(operation, "getattr")) {
    if (step > 0) return 0;
    onFid(c, TGETATTR, FILE_FID), put64(c, 0x7ff);
  } else if (!strcmp(operation, "open")) {
    if (step == 0) walk(c, ROOT, NEW_FID, name);
    else if (step == 1) onFid(c, TLOPEN, NEW_FID), put32(c, 0);
    else if (step == 2) transfer(c, TREAD, NEW_FID, 0, SMALL);
    else if (step == 3) onFid(c, TCLUNK, NEW_FID);
    else return 0;
  } else if (!strcmp(operation, "create")) {
    snprintf(name, sizeof name, "new%d", id);
    if (step == 0) walk(c, ROOT, NEW_FID, NULL);
    else if (step == 1) onFid(c, TLCREATE, NEW_FID), puts9(c, name), put32(c, 02 | 0100), put32(c, 0644), put32(c, 0);
    else if (step == 2) transfer(c, TWRITE, NEW_FID, 0, SMALL);
    else if (step == 3) onFid(c, TREMOVE, NEW_FID);
    else return 0;
  } else if (!strcmp(operation, "read4k")) {
    if (step > 0) return 0;
    transfer(c, TREAD, FILE_FID, 0, SMALL);
  } else if (!strcmp(operation, "read1m") || !strcmp(operation, "write1m")) {
    if (step > 0) return 0;
    transfer(c, operation[0] == 'r' ? TREAD : TWRITE, FILE_FID, 0, large);
  } else {
    fprintf(stderr, "wire: no operation %s\n", operation);
    exit(2);
  }
  return 1;
}

/* Sends what the socket takes. */
static void push(Client *c) {
  while (c->sent < c->length) {
    ssize_t n = send(c->fd, c->out + c->sent, c->length - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) fail("send");
    c->sent += n;
  }
}
static void start(Client *c) {
  uint32_t n = c->length;
  c->out[0] = n, c->out[1] = n >> 8, c->out[2] = n >> 16, c->out[3] = n >> 24;
  c->begun = now();
  push(c);
}

/* True if a whole reply has come. */
static int pull(Client *c) {
  for (;;) {
    uint32_t size = c->have < 4 ? 4 : get32(c->in);
    if (c->have >= 7 && c->have == size) break;
    uint32_t want = c->have < 4 ? MSIZE : size - c->have;
    ssize_t n = recv(c->fd, c->in + c->have, want, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) return 0;
    if (n <= 0) fail("the server closed the connection");
    c->have += n;
  }
  if (c->in[4] != c->out[4] + 1) {
    errno = c->in[4] == RLERROR ? (int)get32(c->in + 7) : EPROTO;
    fprintf(stderr, "wire: message %d: ", c->out[4]);
    fail(operation);
  }
  return 1;
}
static void call(Client *c) {
  start(c);
  while (!pull(c)) {
    push(c);
    usleep(50);
  }
}

static void join(Client *c, int id, const char *host, int port, const char *aname) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  int one = 1;
  char name[32];
  inet_pton(AF_INET, host, &to.sin_addr);
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0) fail("connect");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  c->out = calloc(1, MSIZE + 64);
  c->in = malloc(MSIZE + 64);
  begin(c, TVERSION), put32(c, MSIZE), puts9(c, "9P2000.L"), call(c);
  c->msize = get32(c->in + 7);
  begin(c, TATTACH), put32(c, ROOT), put32(c, NO_FID), puts9(c, "root"), puts9(c, aname), put32(c, 0), call(c);
  /* The file of this client, 1 MiB long. */
  snprintf(name, sizeof name, "f%d", id);
  walk(c, ROOT, FILE_FID, NULL), call(c);
  onFid(c, TLCREATE, FILE_FID), puts9(c, name), put32(c, 02 | 0100 | 01000), put32(c, 0644), put32(c, 0), call(c);
  for (uint64_t at = 0; at < 1 << 20; at += c->msize - 24) transfer(c, TWRITE, FILE_FID, at, c->msize - 24), call(c);
}

/* The operations of `mixed`, one after the other. */
static const char *const MIX[] = {"getattr", "open", "create", "read4k", "getattr", "open", "create", "write1m", "read1m"};
enum { MIXED = sizeof MIX / sizeof *MIX };

static void next(Client *c, int id) {
  int mixed = !strcmp(operation, "mixed");
  while (!request(c, mixed ? MIX[(c->turn + id) % MIXED] : operation, id)) c->step = 0, c->turn++;
  start(c);
}

static int compare(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  if (argc != 7) return fprintf(stderr, "wire HOST PORT ANAME CLIENTS SECONDS OPERATION\n"), 2;
  int count = atoi(argv[4]), poll = epoll_create1(0);
  double seconds = atof(argv[5]);
  operation = argv[6];
  Client *clients = calloc(count, sizeof *clients);
  for (int i = 0; i < count; i++) {
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u32 = i};
    join(&clients[i], i, argv[1], atoi(argv[2]), argv[3]);
    epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].fd, &e);
  }
  /* A second to warm up, then the measurement. */
  double from = 0, warm = now() + 1, end = warm + seconds;
  for (int i = 0; i < count; i++) next(&clients[i], i);
  for (double t = now(); t < end;) {
    struct epoll_event events[256];
    int n = epoll_wait(poll, events, 256, 1000);
    t = now();
    if (from == 0 && t >= warm) {
      from = t, messages = 0, payload = 0;
      printf("begin\n"), fflush(stdout);
    }
    for (int k = 0; k < n; k++) {
      Client *c = &clients[events[k].data.u32];
      push(c);
      if (c->sent < c->length || !pull(c)) continue;
      times[messages++ % SLOTS] = (now() - c->begun) * 1e6;
      next(c, events[k].data.u32);
    }
  }
  double took = now() - from;
  unsigned kept = messages < SLOTS ? messages : SLOTS;
  qsort(times, kept, sizeof *times, compare);
  printf("%u %.0f %.4f %.1f %.1f\n", messages, payload, took, times[kept / 2], times[kept * 99 / 100]);
  return 0;
}
