// What the programs of this folder need of libc, which @yowasp/clang has without threads only: the calls of WASI, threads with
// a stack of their own, and printing.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

typedef struct {
  const void *at;
  size_t size;
} iovec;

typedef struct {
  uint64_t userdata;
  uint8_t tag;
  _Alignas(8) uint32_t id; // the clock or the descriptor
  uint64_t timeout, precision;
  uint16_t flags;
} subscription;

typedef struct {
  uint64_t userdata;
  uint16_t error;
  uint8_t type;
  uint64_t nbytes;
  uint16_t flags;
} event;

enum { CLOCK, FD_READ, FD_WRITE };
enum { CREAT = 1, DIRECTORY = 2, EXCL = 4, TRUNC = 8 };
enum { APPEND = 1, NONBLOCK = 4 };
enum { ALL_RIGHTS = 0x1fffffff };

int32_t thread_spawn(void *arg) __attribute__((import_module("wasi"), import_name("thread-spawn")));
_Noreturn void proc_exit(uint32_t code) WASI(proc_exit);
int sched_yield(void) WASI(sched_yield);
int args_sizes_get(uint32_t *count, uint32_t *size) WASI(args_sizes_get);
int args_get(char **argv, char *bytes) WASI(args_get);
int clock_time_get(uint32_t id, uint64_t precision, uint64_t *time) WASI(clock_time_get);
int fd_close(int fd) WASI(fd_close);
int fd_renumber(int from, int to) WASI(fd_renumber);
int fd_fdstat_set_flags(int fd, int flags) WASI(fd_fdstat_set_flags);
int fd_tell(int fd, uint64_t *offset) WASI(fd_tell);
int fd_read(int fd, const iovec *iovs, uint32_t count, uint32_t *size) WASI(fd_read);
int fd_write(int fd, const iovec *iovs, uint32_t count, uint32_t *size) WASI(fd_write);
int fd_pread(int fd, const iovec *iovs, uint32_t count, uint64_t offset, uint32_t *size) WASI(fd_pread);
int fd_pwrite(int fd, const iovec *iovs, uint32_t count, uint64_t offset, uint32_t *size) WASI(fd_pwrite);
int fd_prestat_get(int fd, uint32_t *prestat) WASI(fd_prestat_get);
int path_open(int fd, uint32_t follow, const char *path, size_t length, uint32_t oflags, uint64_t rights, uint64_t inheriting,
              uint32_t flags, int *opened) WASI(path_open);
int path_unlink_file(int fd, const char *path, size_t length) WASI(path_unlink_file);
int poll_oneoff(const subscription *in, event *out, uint32_t count, uint32_t *ready) WASI(poll_oneoff);
int random_get(void *at, size_t size) WASI(random_get);

#define ROOT 3
#define SECOND 1000000000ll

static inline size_t length_of(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

/** Writes a text to stdout, in one call. */
static inline void print(const char *text) {
  iovec iov = {text, length_of(text)};
  uint32_t size;
  fd_write(1, &iov, 1, &size);
}

/** Writes a text, a number and a line end to stdout, in one call. */
static inline void tell(const char *text, int64_t number) {
  char digits[24], *at = digits + sizeof digits;
  uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
  *--at = '\n';
  do *--at = '0' + rest % 10;
  while (rest /= 10);
  if (number < 0) *--at = '-';
  iovec iov[] = {{text, length_of(text)}, {at, (size_t)(digits + sizeof digits - at)}};
  uint32_t size;
  fd_write(1, iov, 2, &size);
}

#define CHECK(condition)                                 \
  do {                                                   \
    if (!(condition)) {                                  \
      tell("check failed: " #condition " at ", __LINE__); \
      proc_exit(70);                                     \
    }                                                    \
  } while (0)

static inline int wait_on(int *word, int value, int64_t ns) { return __builtin_wasm_memory_atomic_wait32(word, value, ns); }
static inline void wake(int *word) { __builtin_wasm_memory_atomic_notify(word, -1); }

static inline void set(int *word, int value) {
  __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
  wake(word);
}

static inline void wait_until(int *word, int value) {
  for (int now; (now = __atomic_load_n(word, __ATOMIC_SEQ_CST)) != value;) wait_on(word, now, -1);
}

static inline void sleep_for(uint64_t ns) {
  subscription in = {.tag = CLOCK, .id = 1, .timeout = ns};
  event out;
  uint32_t ready;
  CHECK(poll_oneoff(&in, &out, 1, &ready) == 0 && ready == 1 && out.error == 0);
}

static inline uint64_t now(void) {
  uint64_t time;
  CHECK(clock_time_get(1, 1, &time) == 0);
  return time;
}

static inline int open_file(const char *path, uint32_t oflags, uint32_t flags) {
  int fd, error = path_open(ROOT, 0, path, length_of(path), oflags, ALL_RIGHTS, ALL_RIGHTS, flags, &fd);
  return error ? -error : fd;
}

/** A thread. */
typedef struct thread {
  char *stack; // wasi_thread_start reads it
  void (*run)(struct thread *);
  int number;
  int tid;
  int done;
} thread;

#define STACK 4096
#define MOST 600

static thread threads[MOST];
static char stacks[MOST][STACK] __attribute__((aligned(16)));

/** Starts a thread; returns its number, or a negated error. */
static inline int start(int number, void (*run)(thread *)) {
  thread *t = &threads[number];
  *t = (thread){stacks[number] + STACK, run, number, 0, 0};
  return thread_spawn(t);
}

static inline void join(int number) { wait_until(&threads[number].done, 1); }

__attribute__((used)) void thread_main(int tid, thread *t) {
  t->tid = tid;
  t->run(t);
  set(&t->done, 1);
}

__asm__(
    ".globaltype __stack_pointer, i32\n"
    ".functype thread_main (i32, i32) -> ()\n"
    ".export_name wasi_thread_start, wasi_thread_start\n"
    ".globl wasi_thread_start\n"
    ".type wasi_thread_start,@function\n"
    "wasi_thread_start:\n"
    "  .functype wasi_thread_start (i32, i32) -> ()\n"
    "  local.get 1\n"
    "  i32.load 0\n"
    "  global.set __stack_pointer\n"
    "  local.get 0\n"
    "  local.get 1\n"
    "  call thread_main\n"
    "  end_function\n");

/** The first argument behind the name; "" without one. */
static inline char *argument(void) {
  static char *argv[16], bytes[1024];
  uint32_t count, size;
  CHECK(args_sizes_get(&count, &size) == 0 && count <= 16 && size <= sizeof bytes);
  CHECK(args_get(argv, bytes) == 0);
  return count > 1 ? argv[1] : "";
}

static inline bool same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

int run(void);

__attribute__((export_name("_start"))) void _start(void) {
  int code = run();
  if (code) proc_exit(code);
}
