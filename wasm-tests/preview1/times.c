// Times that are set: to the nanosecond, one without the other, and never both given and now.
#include "files.h"

#define ATIM __WASI_FSTFLAGS_ATIM
#define ATIM_NOW __WASI_FSTFLAGS_ATIM_NOW
#define MTIM __WASI_FSTFLAGS_MTIM
#define MTIM_NOW __WASI_FSTFLAGS_MTIM_NOW

static void by_descriptor(fd_t dir) {
  __wasi_filestat_t was, is;
  fd_t fd;
  OK(open_at(dir, "f", CREAT,
             READ | WRITE | RIGHT(FD_FILESTAT_GET) | RIGHT(FD_FILESTAT_SET_SIZE) | RIGHT(FD_FILESTAT_SET_TIMES), &fd));
  SAME(size_of(fd), 0);
  OK(__wasi_fd_filestat_set_size(fd, 321));
  SAME(size_of(fd), 321);

  OK(__wasi_fd_filestat_get(fd, &was));
  OK(__wasi_fd_filestat_set_times(fd, was.mtim - 77, was.mtim - 77, MTIM));
  OK(__wasi_fd_filestat_get(fd, &is));
  SAME(is.mtim, was.mtim - 77);
  SAME(is.atim, was.atim);
  SAME(is.size, 321);

  OK(__wasi_fd_filestat_set_times(fd, 1234567890123456789, 987654321012345678, ATIM | MTIM));
  OK(__wasi_fd_filestat_get(fd, &is));
  SAME(is.atim, 1234567890123456789);
  SAME(is.mtim, 987654321012345678);

  EXPECT(__wasi_fd_filestat_set_times(fd, 5, 6, MTIM | MTIM_NOW), INVAL);
  EXPECT(__wasi_fd_filestat_set_times(fd, 5, 6, ATIM | ATIM_NOW), INVAL);
  OK(__wasi_fd_filestat_get(fd, &is));
  SAME(is.atim, 1234567890123456789);
  SAME(is.mtim, 987654321012345678);
  OK(__wasi_fd_filestat_set_times(fd, 5, 6, MTIM_NOW));
  OK(__wasi_fd_filestat_get(fd, &is));
  SAME(is.atim, 1234567890123456789);
  HOLDS(is.mtim >= was.mtim);
  OK(__wasi_fd_close(fd));
  OK(__wasi_path_unlink_file(dir, "f"));
}

static void by_path(fd_t dir) {
  __wasi_filestat_t was, is;
  OK(touch(dir, "f"));
  OK(__wasi_path_filestat_get(dir, 0, "f", &was));
  SAME(was.size, 0);
  OK(__wasi_path_filestat_set_times(dir, 0, "f", 0, was.mtim - 33, MTIM));
  OK(__wasi_path_filestat_get(dir, 0, "f", &is));
  SAME(is.mtim, was.mtim - 33);
  SAME(is.atim, was.atim);
  EXPECT(__wasi_path_filestat_set_times(dir, 0, "f", 0, 1, MTIM | MTIM_NOW), INVAL);
  EXPECT(__wasi_path_filestat_set_times(dir, 0, "f", 1, 0, ATIM | ATIM_NOW), INVAL);
  OK(__wasi_path_filestat_get(dir, 0, "f", &is));
  SAME(is.mtim, was.mtim - 33);
  SAME(is.atim, was.atim);
  OK(__wasi_path_unlink_file(dir, "f"));
}

static void of_links(fd_t dir) {
  __wasi_filestat_t file, link, is;
  OK(touch(dir, "f"));
  OK(__wasi_path_filestat_get(dir, 0, "f", &file));
  OK(__wasi_path_symlink("f", dir, "l"));
  OK(__wasi_path_filestat_get(dir, 0, "l", &link));
  SAME(link.filetype, __WASI_FILETYPE_SYMBOLIC_LINK);

  OK(__wasi_path_filestat_set_times(dir, 0, "l", 0, link.mtim - 4321, MTIM));
  OK(__wasi_path_filestat_get(dir, 0, "l", &is));
  SAME(is.mtim, link.mtim - 4321);
  OK(__wasi_path_filestat_get(dir, 0, "f", &is));
  SAME(is.mtim, file.mtim);
  OK(__wasi_path_filestat_get(dir, FOLLOW, "l", &is));
  SAME(is.mtim, file.mtim);

  OK(__wasi_path_filestat_set_times(dir, FOLLOW, "l", 0, link.mtim - 9, MTIM));
  OK(__wasi_path_filestat_get(dir, 0, "f", &is));
  SAME(is.mtim, link.mtim - 9);
  OK(__wasi_path_filestat_get(dir, 0, "l", &is));
  SAME(is.mtim, link.mtim - 4321);
  OK(__wasi_path_unlink_file(dir, "l"));
  OK(__wasi_path_unlink_file(dir, "f"));
}

int main(void) {
  fd_t dir = enter();
  by_descriptor(dir);
  by_path(dir);
  of_links(dir);
  leave(dir);
  return finish();
}
