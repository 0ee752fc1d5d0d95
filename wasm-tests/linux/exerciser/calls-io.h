/* Calls on descriptors that move data, offsets and sizes. */
#ifndef CALLS_IO_H
#define CALLS_IO_H

#include "descriptors.h"
#include "look.h"
#include <sys/uio.h>

#define ROOM 16384
static char room[ROOM];
static int writes;

/* An offset of a call: mostly near the start of the file, now and then far beyond its end. */
static inline off_t draw_offset(void) {
  int kind = below(20);
  if (kind < 12) return below(64);
  if (kind < 16) return below(9000);
  return kind < 19 ? below(70000) : 1000000 + below(1000000);
}

/* The size of a transfer: at least one byte. */
static inline int draw_size(void) {
  int kind = below(20);
  return 1 + (kind < 15 ? below(40) : kind < 19 ? below(5000) : below(ROOM - 1));
}

/* As draw_size, or nothing. */
static inline int draw_any_size(void) { return chance(10) ? 0 : draw_size(); }

/* Fills the room with bytes that tell which write they came from. */
static inline void fill_room(int size) {
  writes++;
  for (int i = 0; i < size; i++) room[i] = '0' + (writes * 7 + i) % 75;
}

static inline uint32_t hash(const char *bytes, long size) {
  uint32_t h = 2166136261u;
  for (long i = 0; i < size; i++) h = (h ^ (unsigned char)bytes[i]) * 16777619u;
  return h;
}

static inline void say_read(const char *what, long got) {
  if (got < 0) say("%s = %s", what, error_name(errno));
  else if (got <= 24) say("%s = %ld %s", what, got, quote(room, got));
  else say("%s = %ld %08x %s...", what, got, hash(room, got), quote(room, 12));
}

static inline void say_count(const char *what, long count) {
  if (count < 0) say("%s = %s", what, error_name(errno));
  else say("%s = %ld", what, count);
}

/* Cuts the first `size` bytes of the room into a few ranges, some of them empty. */
static inline int draw_ranges(struct iovec *ranges, int size) {
  int count = 1 + below(5), at = 0;
  for (int i = 0; i < count; i++) {
    int length = i == count - 1 ? size - at : below(size - at + 1);
    ranges[i] = (struct iovec){.iov_base = room + at, .iov_len = length};
    at += length;
  }
  return count;
}

/* Reads at least one byte: an empty read moves atime on tmpfs, but on no other file system of Linux, nor here. */
static inline void call_read(void) {
  char what[64];
  int slot = any_slot(), size = draw_size();
  memset(room, 0, size);
  snprintf(what, sizeof what, "read d%d %d", slot, size);
  say_read(what, read(fd_of(slot), room, size));
}

static inline void call_pread(void) {
  char what[64];
  int slot = any_slot(), size = draw_size();
  off_t offset = draw_offset();
  memset(room, 0, size);
  snprintf(what, sizeof what, "pread d%d %d at %lld", slot, size, (long long)offset);
  say_read(what, pread(fd_of(slot), room, size, offset));
}

static inline void call_readv(void) {
  char what[64];
  struct iovec ranges[8];
  int slot = any_slot(), at = chance(40), size = draw_size();
  off_t offset = draw_offset();
  memset(room, 0, size);
  int count = draw_ranges(ranges, size);
  if (at) snprintf(what, sizeof what, "preadv d%d %d of %d at %lld", slot, size, count, (long long)offset);
  else snprintf(what, sizeof what, "readv d%d %d of %d", slot, size, count);
  say_read(what, at ? preadv(fd_of(slot), ranges, count, offset) : readv(fd_of(slot), ranges, count));
}

static inline void call_write(void) {
  char what[64];
  int slot = any_slot(), size = draw_any_size();
  fill_room(size);
  snprintf(what, sizeof what, "write d%d %d", slot, size);
  say_count(what, write(fd_of(slot), room, size));
}

static inline void call_pwrite(void) {
  char what[64];
  int slot = any_slot(), size = draw_any_size();
  off_t offset = draw_offset();
  fill_room(size);
  snprintf(what, sizeof what, "pwrite d%d %d at %lld", slot, size, (long long)offset);
  say_count(what, pwrite(fd_of(slot), room, size, offset));
}

static inline void call_writev(void) {
  char what[64];
  struct iovec ranges[8];
  int slot = any_slot(), at = chance(40), size = draw_any_size();
  off_t offset = draw_offset();
  fill_room(size);
  int count = draw_ranges(ranges, size);
  if (at) snprintf(what, sizeof what, "pwritev d%d %d of %d at %lld", slot, size, count, (long long)offset);
  else snprintf(what, sizeof what, "writev d%d %d of %d", slot, size, count);
  say_count(what, at ? pwritev(fd_of(slot), ranges, count, offset) : writev(fd_of(slot), ranges, count));
}

/* Not on a directory, in which WASI does not allow a seek. */
static inline void call_lseek(void) {
  static const int WHENCE[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  static const char *const NAME[] = {"SEEK_SET", "SEEK_CUR", "SEEK_END"};
  char what[64];
  int slot = any_slot(), which = below(3), back = chance(30);
  off_t offset = draw_offset();
  if (slots[slot].fd >= 0 && slots[slot].is_directory) return;
  if (back) offset = -offset;
  snprintf(what, sizeof what, "lseek d%d %lld %s", slot, (long long)offset, NAME[which]);
  say_count(what, lseek(fd_of(slot), offset, WHENCE[which]));
}

static inline void call_ftruncate(void) {
  int slot = any_slot();
  off_t size = draw_offset();
  say("ftruncate d%d %lld = %s", slot, (long long)size, outcome(ftruncate(fd_of(slot), size)));
}

static inline void call_fallocate(void) {
  int slot = any_slot(), length = draw_any_size();
  off_t offset = draw_offset();
  int error = posix_fallocate(fd_of(slot), offset, length);
  say("posix_fallocate d%d %lld %d = %s", slot, (long long)offset, length, error ? error_name(error) : "ok");
}

static inline void call_fsync(void) {
  int slot = any_slot(), data = chance(50);
  int result = data ? fdatasync(fd_of(slot)) : fsync(fd_of(slot));
  say("%s d%d = %s", data ? "fdatasync" : "fsync", slot, outcome(result));
}

/* Offsets and counts at the ends of their ranges, on a file of its own. */
static inline void call_ends(void) {
  struct place p = {.fd = base_fd, .from = "base", .path = "ends"};
  int fd = open_place(&p, O_CREAT | O_TRUNC | O_RDWR);
  if (fd < 0) return;
  const off_t most = INT64_MAX;
  static struct iovec many[1025];
  /* Not a constant: gcc warns of a count that is. */
  volatile int negative = -1;
  many[0].iov_base = room;
  say_count("ends: write", write(fd, "0123456789", 10));
  say_count("ends: pread at -1", pread(fd, room, 1, -1));
  say_count("ends: pwrite at -1", pwrite(fd, room, 1, -1));
  say_count("ends: pread at 2^63-1", pread(fd, room, 1, most));
  say_count("ends: pwrite at 2^63-1", pwrite(fd, room, 1, most));
  say_count("ends: pwrite of nothing at 2^63-1", pwrite(fd, room, 0, most));
  say_count("ends: lseek -11 SEEK_END", lseek(fd, -11, SEEK_END));
  say_count("ends: lseek -10 SEEK_END", lseek(fd, -10, SEEK_END));
  say_count("ends: lseek 5 SEEK_SET", lseek(fd, 5, SEEK_SET));
  say_count("ends: lseek 2^63-1 SEEK_CUR", lseek(fd, most, SEEK_CUR));
  say_count("ends: lseek 2^63-1 SEEK_END", lseek(fd, most, SEEK_END));
  say_count("ends: lseek -2^63 SEEK_CUR", lseek(fd, INT64_MIN, SEEK_CUR));
  say_count("ends: lseek 0 of whence 99", lseek(fd, 0, 99));
  say_count("ends: lseek 0 SEEK_CUR", lseek(fd, 0, SEEK_CUR));
  say_count("ends: ftruncate -1", ftruncate(fd, -1));
  say_count("ends: preadv at -1", preadv(fd, many, 1, -1));
  say_count("ends: readv of -1 ranges", readv(fd, many, negative));
  say_count("ends: readv of no ranges", readv(fd, many, 0));
  say_count("ends: readv of 1024 ranges", readv(fd, many, 1024));
  say_count("ends: readv of 1025 ranges", readv(fd, many, 1025));
  say_count("ends: writev of -1 ranges", writev(fd, many, negative));
  say_count("ends: writev of no ranges", writev(fd, many, 0));
  say_count("ends: writev of 1025 ranges", writev(fd, many, 1025));
  say("ends: posix_fallocate -1 1 = %s", error_name(posix_fallocate(fd, -1, 1)));
  say("ends: posix_fallocate 0 0 = %s", error_name(posix_fallocate(fd, 0, 0)));
  say("ends: posix_fallocate 0 -1 = %s", error_name(posix_fallocate(fd, 0, -1)));
  struct timespec bad[2] = {{.tv_nsec = 1000000000}, {.tv_nsec = UTIME_OMIT}};
  say("ends: futimens of 1000000000 ns = %s", outcome(futimens(fd, bad)));
  struct stat st;
  say_look("ends: fstat", fstat(fd, &st), &st);
  say("ends: close = %s", outcome(close(fd)));
  say("ends: unlink = %s", outcome(unlinkat(base_fd, "ends", 0)));
}

#endif
