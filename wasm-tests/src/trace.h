/*
 * Calls that say what they did, one line a call, in words that are the same natively and on WASI: names of flags and
 * errnos, sizes, contents, and relations between inodes or times. Never a descriptor's number, an inode's or a time.
 *
 * Include it first. A program starts with begin(argc, argv); its names are then relative to the directory argv[1].
 * A descriptor is printed by the name of the variable that holds it.
 */
#ifndef TRACE_H
#define TRACE_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *base;

/* One line, one write(2): the host reads stdout line by line, and a trap must not swallow what was said before it. */
__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...) {
  char line[2048];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(line, sizeof line - 1, format, args);
  va_end(args);
  if (length < 0 || length > (int)sizeof line - 2) abort();
  line[length++] = '\n';
  if (write(1, line, length) != length) abort();
}

/* Stops at `@host WORD`: the test beside the program looks at the server and the volume before the program goes on. */
static inline void host(const char *word) { say("@host %s", word); }

static inline void check(const char *claim, int holds) { say("%s: %s", claim, holds ? "yes" : "no"); }

static inline void begin(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    exit(2);
  }
  base = argv[1];
}

/* The path of `name` under the base directory; good until eight more are asked for. */
static inline const char *at(const char *name) {
  static char paths[8][1024];
  static unsigned next;
  char *path = paths[next++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", base, name);
  return path;
}

static inline const char *error_name(int error) {
  static const struct {
    int number;
    const char *name;
  } table[] = {
#define ERROR(name) {name, #name}
      ERROR(EACCES),  ERROR(EAGAIN), ERROR(EBADF),  ERROR(EBUSY),  ERROR(EEXIST),       ERROR(EFAULT),    ERROR(EFBIG),
      ERROR(EINTR),   ERROR(EINVAL), ERROR(EIO),    ERROR(EISDIR), ERROR(ELOOP),        ERROR(EMFILE),    ERROR(EMLINK),
      ERROR(ENFILE),  ERROR(ENODEV), ERROR(ENOENT), ERROR(ENOMEM), ERROR(ENAMETOOLONG), ERROR(ENOSPC),    ERROR(ENOSYS),
      ERROR(ENOTDIR), ERROR(ENOTSUP), ERROR(ENXIO), ERROR(EPERM),  ERROR(ENOTEMPTY),    ERROR(EOVERFLOW), ERROR(EROFS),
      ERROR(ESPIPE),  ERROR(ESTALE), ERROR(EXDEV),
#ifdef ENOTCAPABLE /* WASI only */
      ERROR(ENOTCAPABLE),
#endif
#undef ERROR
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].number == error) return table[i].name;
  return "EUNKNOWN";
}

/* How a call that answers 0 or a descriptor ended. */
static inline const char *outcome(long result) { return result < 0 ? error_name(errno) : "ok"; }

static inline const char *open_flags(int flags) {
  static char text[128];
  int access = flags & O_ACCMODE;
  snprintf(text, sizeof text, "%s%s%s%s%s%s",
           access == O_RDWR ? "O_RDWR" : access == O_WRONLY ? "O_WRONLY" : "O_RDONLY",
           flags & O_CREAT ? "|O_CREAT" : "", flags & O_EXCL ? "|O_EXCL" : "", flags & O_TRUNC ? "|O_TRUNC" : "",
           flags & O_APPEND ? "|O_APPEND" : "", (flags & O_DIRECTORY) == O_DIRECTORY ? "|O_DIRECTORY" : "");
  return text;
}

/* Bytes in quotes; whatever does not print, as \NNN in octal, with \0 for zero. */
static inline const char *quote(const char *bytes, long length) {
  static char text[1024];
  char *out = text;
  *out++ = '"';
  for (long i = 0; i < length && out < text + sizeof text - 8; i++) {
    unsigned char byte = bytes[i];
    if (byte == 0) out += sprintf(out, "\\0");
    else if (byte < 32 || byte > 126 || byte == '"' || byte == '\\') out += sprintf(out, "\\%03o", byte);
    else *out++ = byte;
  }
  strcpy(out, "\"");
  return text;
}

/* A directory's size and its count while it has a name differ between file systems, so they are not shown. */
static inline void say_stat(const char *call, const char *what, int result, const struct stat *st) {
  if (result < 0) say("%s %s = %s", call, what, error_name(errno));
  else if (!S_ISDIR(st->st_mode))
    say("%s %s = %s, size %lld, nlink %lu", call, what, S_ISREG(st->st_mode) ? "file" : "other", (long long)st->st_size,
        (unsigned long)st->st_nlink);
  else say("%s %s = directory, %s", call, what, st->st_nlink ? "linked" : "nlink 0");
}

/* Calls by name. */

static inline int t_open(const char *name, int flags) {
  int fd = open(at(name), flags, 0666);
  say("open %s %s = %s", name, open_flags(flags), outcome(fd));
  return fd;
}

static inline void t_stat(const char *name) {
  struct stat st;
  say_stat("stat", name, stat(at(name), &st), &st);
}

static inline void t_unlink(const char *name) { say("unlink %s = %s", name, outcome(unlink(at(name)))); }

static inline void t_mkdir(const char *name) { say("mkdir %s = %s", name, outcome(mkdir(at(name), 0777))); }

static inline void t_rmdir(const char *name) { say("rmdir %s = %s", name, outcome(rmdir(at(name)))); }

static inline void t_rename(const char *from, const char *to) {
  say("rename %s %s = %s", from, to, outcome(rename(at(from), at(to))));
}

static inline void t_link(const char *from, const char *to) {
  say("link %s %s = %s", from, to, outcome(link(at(from), at(to))));
}

/* Calls on a descriptor. */

#define t_close(fd) say("close %s = %s", #fd, outcome(close(fd)))
#define t_fsync(fd) say("fsync %s = %s", #fd, outcome(fsync(fd)))
#define t_fdatasync(fd) say("fdatasync %s = %s", #fd, outcome(fdatasync(fd)))
#define t_ftruncate(fd, size) say("ftruncate %s %lld = %s", #fd, (long long)(size), outcome(ftruncate(fd, size)))

static inline void trace_fstat(const char *label, int fd) {
  struct stat st;
  say_stat("fstat", label, fstat(fd, &st), &st);
}
#define t_fstat(fd) trace_fstat(#fd, fd)

static inline void trace_read(const char *label, int fd, size_t count) {
  char buffer[256];
  if (count > sizeof buffer) abort();
  ssize_t got = read(fd, buffer, count);
  if (got < 0) say("read %s %zu = %s", label, count, error_name(errno));
  else say("read %s %zu = %zd %s", label, count, got, quote(buffer, got));
}
#define t_read(fd, count) trace_read(#fd, fd, count)

static inline void trace_pread(const char *label, int fd, size_t count, off_t offset) {
  char buffer[256];
  if (count > sizeof buffer) abort();
  ssize_t got = pread(fd, buffer, count, offset);
  if (got < 0) say("pread %s %zu at %lld = %s", label, count, (long long)offset, error_name(errno));
  else say("pread %s %zu at %lld = %zd %s", label, count, (long long)offset, got, quote(buffer, got));
}
#define t_pread(fd, count, offset) trace_pread(#fd, fd, count, offset)

static inline void trace_write(const char *label, int fd, const char *text) {
  ssize_t put = write(fd, text, strlen(text));
  if (put < 0) say("write %s %s = %s", label, quote(text, strlen(text)), error_name(errno));
  else say("write %s %s = %zd", label, quote(text, strlen(text)), put);
}
#define t_write(fd, text) trace_write(#fd, fd, text)

static inline void trace_pwrite(const char *label, int fd, const char *text, off_t offset) {
  ssize_t put = pwrite(fd, text, strlen(text), offset);
  const char *bytes = quote(text, strlen(text));
  if (put < 0) say("pwrite %s %s at %lld = %s", label, bytes, (long long)offset, error_name(errno));
  else say("pwrite %s %s at %lld = %zd", label, bytes, (long long)offset, put);
}
#define t_pwrite(fd, text, offset) trace_pwrite(#fd, fd, text, offset)

static inline void trace_lseek(const char *label, int fd, off_t offset, int whence) {
  const char *from = whence == SEEK_SET ? "SEEK_SET" : whence == SEEK_CUR ? "SEEK_CUR" : "SEEK_END";
  off_t result = lseek(fd, offset, whence);
  if (result < 0) say("lseek %s %lld %s = %s", label, (long long)offset, from, error_name(errno));
  else say("lseek %s %lld %s = %lld", label, (long long)offset, from, (long long)result);
}
#define t_lseek(fd, offset, whence) trace_lseek(#fd, fd, offset, whence)

/* Relations. */

static inline int same_file(const struct stat *a, const struct stat *b) {
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static inline void trace_same(const char *a_label, int a, const char *b_label, int b) {
  struct stat a_stat, b_stat;
  int known = fstat(a, &a_stat) == 0 && fstat(b, &b_stat) == 0;
  say("same inode %s %s: %s", a_label, b_label, !known ? outcome(-1) : same_file(&a_stat, &b_stat) ? "yes" : "no");
}
#define t_same(a, b) trace_same(#a, a, #b, b)

/* Is the file that `name` leads to now the one behind `fd`? */
static inline void trace_names(const char *name, const char *label, int fd) {
  struct stat by_name, by_fd;
  int known = stat(at(name), &by_name) == 0 && fstat(fd, &by_fd) == 0;
  say("%s names %s: %s", name, label, !known ? outcome(-1) : same_file(&by_name, &by_fd) ? "yes" : "no");
}
#define t_names(name, fd) trace_names(name, #fd, fd)

#endif
