// Clocks, random bytes, sched_yield, exit codes, and the arguments and variables as they were given:
// `NAME` is to be run without variables, `NAME words …` with those below, `NAME exit N` ends with status N.
#include "check.h"
#include <stdlib.h>
#include <time.h>

static const char *const WORDS[] = {"words", "say \"hi\" 'there'", "", "two\nlines", "gr\xc3\xbc\xc3\x9f"};
static const char *const VARIABLES[] = {"EMPTY=", "QUOTED=a \"b\" c", "LINES=up\ndown", "EQUALS=x=y"};
#define LENGTH(array) (sizeof(array) / sizeof *(array))

static void clocks(void) {
  __wasi_timestamp_t first = 0, second = 0;
  struct timespec a, b;
  OK(__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &first));
  OK(__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &first));
  OK(__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &second));
  HOLDS(first <= second);
  OK(__wasi_clock_time_get(__WASI_CLOCKID_REALTIME, 0, &first));
  HOLDS(first > UINT64_C(1700000000000000000));
  for (int i = 0; i < 2; i++) {
    clockid_t id = i ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    SAME(clock_getres(id, &a), 0);
    HOLDS(a.tv_sec > 0 || a.tv_nsec > 0);
    SAME(clock_gettime(id, &a), 0);
  }
  SAME(clock_gettime(CLOCK_MONOTONIC, &a), 0);
  SAME(clock_gettime(CLOCK_MONOTONIC, &b), 0);
  HOLDS(a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec <= b.tv_nsec));
}

static void random_bytes(void) {
  // More than crypto.getRandomValues gives at once, with a guard behind it.
  static uint8_t bytes[70001];
  static const size_t sizes[] = {0, 32, 1024, 70000};
  for (size_t i = 0; i < LENGTH(sizes); i++) {
    size_t size = sizes[i], set = 0;
    memset(bytes, 0, sizeof bytes);
    OK(__wasi_random_get(bytes, size));
    for (size_t k = 0; k < size; k++) set += bytes[k] != 0;
    HOLDS(size == 0 || set > size / 2);
    SAME(bytes[size], 0);
  }
}

typedef __wasi_errno_t sizes_t(__wasi_size_t *count, __wasi_size_t *bytes);
typedef __wasi_errno_t strings_t(uint8_t **pointers, uint8_t *buffer);

/** True if a call returns exactly these strings, in any order. */
static void strings(sizes_t *sizes, strings_t *get, const char *const *want, size_t wanted) {
  uint8_t *pointers[8] = {NULL}, buffer[512];
  __wasi_size_t count = 99, bytes = 9999, expected = 0;
  for (size_t i = 0; i < wanted; i++) expected += strlen(want[i]) + 1;
  OK(sizes(&count, &bytes));
  SAME(bytes, expected);
  if (!SAME(count, wanted) || count > LENGTH(pointers) || bytes > sizeof buffer) return;
  OK(get(pointers, buffer));
  for (size_t i = 0; i < wanted; i++) {
    bool found = false;
    for (size_t k = 0; k < wanted; k++) {
      HOLDS(pointers[k] >= buffer && pointers[k] < buffer + bytes);
      found = found || strcmp((const char *)pointers[k], want[i]) == 0;
    }
    HOLDS(found);
  }
}

static void arguments_are(const char *name, const char *const *rest, size_t count) {
  const char *want[8] = {name};
  uint8_t *pointers[8] = {NULL}, buffer[512];
  for (size_t i = 0; i < count; i++) want[i + 1] = rest[i];
  strings(__wasi_args_sizes_get, __wasi_args_get, want, count + 1);
  OK(__wasi_args_get(pointers, buffer));
  for (size_t i = 0; i <= count; i++) HOLDS(strcmp((const char *)pointers[i], want[i]) == 0);
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "exit") == 0) __wasi_proc_exit(atoi(argv[2]));
  clocks();
  random_bytes();
  OK(__wasi_sched_yield());
  if (argc == 1) {
    arguments_are(argv[0], NULL, 0);
    strings(__wasi_environ_sizes_get, __wasi_environ_get, NULL, 0);
  } else {
    arguments_are(argv[0], WORDS, LENGTH(WORDS));
    strings(__wasi_environ_sizes_get, __wasi_environ_get, VARIABLES, LENGTH(VARIABLES));
  }
  return finish();
}
