// Directories and files for the programs: short forms of preview1's calls, which return their errno.
#ifndef FILES_H
#define FILES_H

#include "check.h"

#define RIGHT(name) __WASI_RIGHTS_##name
#define CREAT __WASI_OFLAGS_CREAT
#define DIRECTORY __WASI_OFLAGS_DIRECTORY
#define EXCL __WASI_OFLAGS_EXCL
#define TRUNC __WASI_OFLAGS_TRUNC
#define FOLLOW __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW
#define READ RIGHT(FD_READ)
#define WRITE RIGHT(FD_WRITE)

typedef __wasi_errno_t error_t;
typedef __wasi_fd_t fd_t;

/** The directory every program is given. */
#define PREOPEN ((fd_t)3)

/** Opens a path without following a link at its end; the descriptor must not be one of stdio. */
static inline error_t open_flags(fd_t dir, const char *path, int oflags, __wasi_rights_t rights, int fdflags,
                                 fd_t *fd) {
  error_t error = __wasi_path_open(dir, 0, path, oflags, rights, 0, fdflags, fd);
  return error == __WASI_ERRNO_SUCCESS && *fd <= 2 ? __WASI_ERRNO_BADF : error;
}

static inline error_t open_at(fd_t dir, const char *path, int oflags, __wasi_rights_t rights, fd_t *fd) {
  return open_flags(dir, path, oflags, rights, 0, fd);
}

/** Opens a directory with all the rights that the one it is in has or hands on. */
static inline error_t open_dir(fd_t parent, const char *path, fd_t *fd) {
  __wasi_fdstat_t stat;
  error_t error = __wasi_fd_fdstat_get(parent, &stat);
  if (error != __WASI_ERRNO_SUCCESS) return error;
  return __wasi_path_open(parent, 0, path, DIRECTORY, stat.fs_rights_base, stat.fs_rights_inheriting, 0, fd);
}

/** True if a path can be opened without any right; closes it again. */
static inline error_t probe(fd_t dir, int lookup, const char *path, int oflags) {
  fd_t fd;
  error_t error = __wasi_path_open(dir, lookup, path, oflags, 0, 0, 0, &fd);
  if (error != __WASI_ERRNO_SUCCESS) return error;
  return fd <= 2 ? __WASI_ERRNO_BADF : __wasi_fd_close(fd);
}

/** Makes an empty file. */
static inline error_t touch(fd_t dir, const char *path) { return probe(dir, 0, path, CREAT | EXCL); }

/** A directory of the program's own; `leave` removes it, which fails when something is left in it. */
static inline fd_t enter(void) {
  fd_t dir = 0;
  OK(__wasi_path_create_directory(PREOPEN, "work"));
  OK(open_dir(PREOPEN, "work", &dir));
  HOLDS(dir > 3);
  return dir;
}

static inline void leave(fd_t dir) {
  OK(__wasi_fd_close(dir));
  OK(__wasi_path_remove_directory(PREOPEN, "work"));
}

/** Writes all the bytes at the offset of the descriptor, or fails with IO. */
static inline error_t put(fd_t fd, const void *bytes, size_t length) {
  __wasi_ciovec_t iov = {.buf = bytes, .buf_len = length};
  __wasi_size_t written = 0;
  error_t error = __wasi_fd_write(fd, &iov, 1, &written);
  return error == __WASI_ERRNO_SUCCESS && written != length ? __WASI_ERRNO_IO : error;
}

static inline error_t put_at(fd_t fd, const void *bytes, size_t length, __wasi_filesize_t offset) {
  __wasi_ciovec_t iov = {.buf = bytes, .buf_len = length};
  __wasi_size_t written = 0;
  error_t error = __wasi_fd_pwrite(fd, &iov, 1, offset, &written);
  return error == __WASI_ERRNO_SUCCESS && written != length ? __WASI_ERRNO_IO : error;
}

static inline error_t get(fd_t fd, void *bytes, size_t capacity, __wasi_size_t *got) {
  __wasi_iovec_t iov = {.buf = bytes, .buf_len = capacity};
  return __wasi_fd_read(fd, &iov, 1, got);
}

static inline error_t get_at(fd_t fd, void *bytes, size_t capacity, __wasi_filesize_t offset, __wasi_size_t *got) {
  __wasi_iovec_t iov = {.buf = bytes, .buf_len = capacity};
  return __wasi_fd_pread(fd, &iov, 1, offset, got);
}

static inline error_t rewind_fd(fd_t fd, __wasi_filesize_t offset) {
  __wasi_filesize_t now = 0;
  error_t error = __wasi_fd_seek(fd, (__wasi_filedelta_t)offset, __WASI_WHENCE_SET, &now);
  return error == __WASI_ERRNO_SUCCESS && now != offset ? __WASI_ERRNO_IO : error;
}

/** The size of an open file, or of none a number no file has. */
static inline __wasi_filesize_t size_of(fd_t fd) {
  __wasi_filestat_t stat;
  return __wasi_fd_filestat_get(fd, &stat) == __WASI_ERRNO_SUCCESS ? stat.size : UINT64_MAX;
}

/** The type of what a path names, or 255. */
static inline __wasi_filetype_t type_of(fd_t dir, int lookup, const char *path) {
  __wasi_filestat_t stat;
  return __wasi_path_filestat_get(dir, lookup, path, &stat) == __WASI_ERRNO_SUCCESS ? stat.filetype : 255;
}

#endif
