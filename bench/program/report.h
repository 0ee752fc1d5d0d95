// The line that a program of this folder prints, and its clock: getrusage(RUSAGE_SELF) on all hosts, the CPU time of the
// whole process, so that a host's compiler and garbage collector threads count. In WebAssembly the host gives both as
// imports, for no WASI implementation under test may be its own clock, or has to get its output right.
#ifndef REPORT_H
#define REPORT_H

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

#endif
