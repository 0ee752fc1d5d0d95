// poll_oneoff on the clock and on stdio: each event is returned once, with its own userdata.
#include "check.h"

#define LATER UINT64_C(300000000)
#define ALARM UINT64_C(0xA1A2A3A4A5A6A7A8)

static __wasi_subscription_t alarm_in(uint64_t nanoseconds) {
  __wasi_subscription_t s = {.userdata = ALARM};
  s.u.tag = __WASI_EVENTTYPE_CLOCK;
  s.u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
  s.u.u.clock.timeout = nanoseconds;
  return s;
}

static __wasi_subscription_t ready(uint64_t userdata, __wasi_eventtype_t tag, __wasi_fd_t fd) {
  __wasi_subscription_t s = {.userdata = userdata};
  s.u.tag = tag;
  if (tag == __WASI_EVENTTYPE_FD_READ) s.u.u.fd_read.file_descriptor = fd;
  else s.u.u.fd_write.file_descriptor = fd;
  return s;
}

static void the_clock(void) {
  __wasi_subscription_t in = alarm_in(20000000);
  __wasi_event_t out = {.error = 99};
  __wasi_size_t count = 0;
  __wasi_timestamp_t before = 0, after = 0;
  OK(__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &before));
  OK(__wasi_poll_oneoff(&in, &out, 1, &count));
  OK(__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &after));
  SAME(count, 1);
  SAME(out.type, __WASI_EVENTTYPE_CLOCK);
  SAME(out.userdata, ALARM);
  SAME(out.error, __WASI_ERRNO_SUCCESS);
  HOLDS(after - before >= 20000000);
}

/** The host decides if stdin is ready before the alarm. */
static void stdin_or_the_clock(void) {
  const uint64_t input = UINT64_C(0xFEDCBA9876543210);
  __wasi_subscription_t in[] = {alarm_in(LATER), ready(input, __WASI_EVENTTYPE_FD_READ, 0)};
  __wasi_event_t out[2] = {0};
  __wasi_size_t count = 0;
  OK(__wasi_poll_oneoff(in, out, 2, &count));
  HOLDS(count == 1 || count == 2);
  for (__wasi_size_t i = 0; i < count && i < 2; i++) {
    HOLDS(out[i].type == __WASI_EVENTTYPE_CLOCK || out[i].type == __WASI_EVENTTYPE_FD_READ);
    SAME(out[i].userdata, out[i].type == __WASI_EVENTTYPE_CLOCK ? ALARM : input);
    SAME(out[i].error, __WASI_ERRNO_SUCCESS);
  }
}

static void stdout_and_stderr(void) {
  bool writable[3] = {true, false, false};
  for (int round = 0; round < 4 && !(writable[1] && writable[2]); round++) {
    __wasi_subscription_t in[3];
    __wasi_event_t out[3] = {0};
    __wasi_size_t wanted = 0, count = 0;
    for (__wasi_fd_t fd = 1; fd <= 2; fd++) {
      if (!writable[fd]) in[wanted++] = ready(1000 + fd, __WASI_EVENTTYPE_FD_WRITE, fd);
    }
    in[wanted++] = alarm_in(LATER);
    OK(__wasi_poll_oneoff(in, out, wanted, &count));
    HOLDS(count >= 1 && count <= wanted);
    for (__wasi_size_t i = 0; i < count && i < 3; i++) {
      uint64_t fd = out[i].userdata - 1000;
      // The alarm must not go off: both can be written to.
      if (!HOLDS(fd == 1 || fd == 2)) return;
      SAME(out[i].type, __WASI_EVENTTYPE_FD_WRITE);
      SAME(out[i].error, __WASI_ERRNO_SUCCESS);
      writable[fd] = true;
    }
  }
  HOLDS(writable[1] && writable[2]);
}

int main(void) {
  the_clock();
  stdin_or_the_clock();
  stdout_and_stderr();
  return finish();
}
