// The measurement of a workload. The clock is getrusage(RUSAGE_SELF) on all hosts: the CPU time of the whole process, so that
// a host's compiler and garbage collector threads count. In WebAssembly the host gives it as an import, for no WASI
// implementation under test may be its own clock.
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __wasm__
#define IMPORT(name) __attribute__((import_module("bench"), import_name(name)))
IMPORT("cpu") double cpu_us(void);
IMPORT("report") void report(double ops, double us, int complete);
IMPORT("fail") void fail(const char *text, int length);
#else
#include <sys/resource.h>

static double cpu_us(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return 1e6 * (used.ru_utime.tv_sec + used.ru_stime.tv_sec) + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static void report(double ops, double us, int complete) { printf("ok %.0f %.0f %d\n", ops, us, complete); }

static void fail(const char *text, int length) { printf("error %.*s\n", length, text); }
#endif

static _Noreturn void die(const char *what) {
  char text[256];
  int length = snprintf(text, sizeof text, errno ? "%s: %s" : "%s", what, strerror(errno));
  fail(text, length < (int)sizeof text ? length : (int)sizeof text - 1);
  exit(1);
}

// A call's result must be what the workload expects, or the figure would be that of an error path.
#define MUST(call)            \
  do {                        \
    if (!(call)) die(#call);  \
  } while (0)

struct workload {
  const char *name;
  // Not timed, once. `size` is in the workload's own unit: bytes of the file or entries of the directory.
  void (*setup)(long size);
  // Timed: n operations.
  void (*run)(long n);
  // Not timed, after every run of a workload that needs it.
  void (*reset)(void);
  // The size when none is given.
  long size;
  // Operations until the workload is where it began; a measurement is a multiple of it. 0 stands for `size`
  // (directory entries), below 0 for `size / -period` (bytes an operation).
  long period;
  // True if a run consists of whole periods; of one period, if there is a reset.
  int whole;
};

// The warm-up before the clock starts lets compilers compile the hot code.
static void measure(const struct workload *w, long size, double warm_up, double target, double cap) {
  long period = w->period > 0 ? w->period : w->period == 0 ? size : size / -w->period;
  long batch = w->whole ? period : 1;
  double ops = 0, us = 0;
  int warm = 0, complete = 1;
  for (;;) {
    double start = cpu_us();
    w->run(batch);
    double spent = cpu_us() - start;
    if (w->reset) w->reset();
    ops += batch;
    us += spent;
    if (!warm) {
      int grows = !w->reset && spent < target / 16 && (w->whole || period == 1 || batch < period);
      if (grows) batch *= 2;
      // The first run was far more than wanted: it is the measurement.
      if (ops == batch && spent > 2 * (warm_up + target)) break;
      if (us < warm_up) continue;
      warm = 1;
      ops = us = 0;
    } else if (us >= target && (long)ops % period == 0) {
      break;
    } else if (us >= cap) {
      complete = 0;
      break;
    }
  }
  report(ops, us, complete);
}

#endif
