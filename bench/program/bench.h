// The measurement of a workload.
#ifndef BENCH_H
#define BENCH_H

#include "report.h"

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
// With a warm-up below 0 the first `target` calls of the process are measured, or whole periods.
static void measure(const struct workload *w, long size, double warm_up, double target, double cap) {
  long period = w->period > 0 ? w->period : w->period == 0 ? size : size / -w->period;
  long batch = w->whole ? period : 1;
  if (warm_up < 0) {
    long calls = w->whole ? period : (long)target;
    double start = cpu_us();
    w->run(calls);
    report(calls, cpu_us() - start, 1);
    return;
  }
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
