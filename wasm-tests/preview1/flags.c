// Descriptor flags: APPEND and SYNC are seen, and APPEND holds until it is taken away.
#include "files.h"

#define APPEND __WASI_FDFLAGS_APPEND
#define SYNC __WASI_FDFLAGS_SYNC

static int flags_of(fd_t fd) {
  __wasi_fdstat_t stat = {0};
  OK(__wasi_fd_fdstat_get(fd, &stat));
  return stat.fs_flags;
}

static void append_until_cleared(fd_t dir) {
  char buffer[8];
  __wasi_size_t got = 0;
  __wasi_filesize_t offset = 0;
  fd_t fd;
  OK(open_flags(dir, "log", CREAT, READ | WRITE | RIGHT(FD_SEEK) | RIGHT(FD_TELL) | RIGHT(FD_FDSTAT_SET_FLAGS), APPEND,
                &fd));
  SAME(flags_of(fd), APPEND);
  OK(put(fd, "aaaa", 4));
  OK(rewind_fd(fd, 0));
  OK(get(fd, buffer, 4, &got));
  SAME(got, 4);
  BYTES(buffer, "aaaa", 4);

  // A write goes to the end and takes the offset with it.
  OK(rewind_fd(fd, 0));
  OK(put(fd, "bbb", 3));
  OK(__wasi_fd_tell(fd, &offset));
  SAME(offset, 7);
  OK(rewind_fd(fd, 4));
  OK(get(fd, buffer, sizeof buffer, &got));
  SAME(got, 3);
  BYTES(buffer, "bbb", 3);

  OK(__wasi_fd_fdstat_set_flags(fd, 0));
  SAME(flags_of(fd), 0);
  OK(rewind_fd(fd, 0));
  OK(put(fd, "cc", 2));
  OK(get_at(fd, buffer, sizeof buffer, 0, &got));
  SAME(got, 7);
  BYTES(buffer, "ccaabbb", 7);

  OK(__wasi_fd_fdstat_set_flags(fd, APPEND));
  OK(rewind_fd(fd, 1));
  OK(put(fd, "d", 1));
  OK(__wasi_fd_close(fd));
  __wasi_filestat_t stat;
  OK(__wasi_path_filestat_get(dir, 0, "log", &stat));
  SAME(stat.size, 8);
  OK(__wasi_path_unlink_file(dir, "log"));
}

static void those_of_open_are_seen(fd_t dir) {
  fd_t fd;
  OK(open_flags(dir, "f", CREAT, READ | WRITE, APPEND | SYNC, &fd));
  SAME(flags_of(fd) & (APPEND | SYNC), APPEND | SYNC);
  OK(__wasi_fd_close(fd));
  OK(open_at(dir, "f", 0, READ | WRITE, &fd));
  SAME(flags_of(fd), 0);
  OK(__wasi_fd_close(fd));
  OK(__wasi_path_unlink_file(dir, "f"));
}

int main(void) {
  fd_t dir = enter();
  append_until_cleared(dir);
  those_of_open_are_seen(dir);
  leave(dir);
  return finish();
}
