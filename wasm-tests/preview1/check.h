// Counts what a program asserts of its preview1 calls, and tells which did not hold.
#ifndef CHECK_H
#define CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wasi/api.h>

/** The call returns exactly this errno: `EXPECT(__wasi_fd_close(9), BADF)`. */
#define EXPECT(call, NAME) expect(__FILE_NAME__, __LINE__, #call, call, __WASI_ERRNO_##NAME)
/** The call succeeds. */
#define OK(call) expect(__FILE_NAME__, __LINE__, #call, call, __WASI_ERRNO_SUCCESS)
/** Two integers are equal. */
#define SAME(got, want) same(__FILE_NAME__, __LINE__, #got, (uint64_t)(got), (uint64_t)(want))
#define HOLDS(condition) holds(__FILE_NAME__, __LINE__, #condition, condition)
/** So many bytes are equal. */
#define BYTES(got, want, length) HOLDS(memcmp(got, want, length) == 0)

/** The descriptor failures are told on; a program that moves stdout sets it. */
static int check_out = 1;
static int check_count;
static int check_failed;

static inline const char *errno_name(__wasi_errno_t error) {
#define NAME(name) [__WASI_ERRNO_##name] = #name
  static const char *const names[] = {
      NAME(SUCCESS), NAME(ACCES), NAME(AGAIN), NAME(BADF), NAME(BUSY), NAME(EXIST), NAME(FAULT), NAME(FBIG),
      NAME(ILSEQ), NAME(INVAL), NAME(IO), NAME(ISDIR), NAME(LOOP), NAME(MFILE), NAME(MLINK),
      NAME(NAMETOOLONG), NAME(NOBUFS), NAME(NOENT), NAME(NOMEM), NAME(NOSPC), NAME(NOSYS), NAME(NOTCAPABLE),
      NAME(NOTDIR), NAME(NOTEMPTY), NAME(NOTSOCK), NAME(NOTSUP), NAME(NOTTY), NAME(NXIO), NAME(OVERFLOW),
      NAME(PERM), NAME(PIPE), NAME(ROFS), NAME(SPIPE), NAME(XDEV),
  };
#undef NAME
  const char *name = error < sizeof names / sizeof *names ? names[error] : NULL;
  return name ? name : "another";
}

static inline bool passed(bool good) {
  check_count++;
  check_failed += !good;
  return good;
}

static inline bool expect(const char *file, int line, const char *call, __wasi_errno_t got, __wasi_errno_t want) {
  if (passed(got == want)) return true;
  dprintf(check_out, "%s:%d: %s: expected %s, got %s (%d)\n", file, line, call, errno_name(want), errno_name(got), got);
  return false;
}

static inline bool same(const char *file, int line, const char *text, uint64_t got, uint64_t want) {
  if (passed(got == want)) return true;
  dprintf(check_out, "%s:%d: %s: expected %" PRIu64 ", got %" PRIu64 "\n", file, line, text, want, got);
  return false;
}

static inline bool holds(const char *file, int line, const char *text, bool good) {
  if (!passed(good)) dprintf(check_out, "%s:%d: %s: does not hold\n", file, line, text);
  return good;
}

/** The exit status: the number of failures, at most 255. */
static inline int finish(void) {
  dprintf(check_out, "%d checks\n", check_count);
  return check_failed > 255 ? 255 : check_failed;
}

#endif
