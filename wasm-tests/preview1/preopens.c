// Preopened directories: their names, and that they can be replaced and closed as any descriptor.
#include "files.h"

static void tell_their_names(void) {
  uint8_t name[4] = {'.', '.', '.', '.'};
  __wasi_prestat_t prestat;
  OK(__wasi_fd_prestat_get(PREOPEN, &prestat));
  SAME(prestat.tag, __WASI_PREOPENTYPE_DIR);
  SAME(prestat.u.dir.pr_name_len, 1);
  EXPECT(__wasi_fd_prestat_dir_name(PREOPEN, name, 0), NAMETOOLONG);
  BYTES(name, "....", 4);
  OK(__wasi_fd_prestat_dir_name(PREOPEN, name, 1));
  BYTES(name, "/...", 4);
  name[0] = '.';
  OK(__wasi_fd_prestat_dir_name(PREOPEN, name, 2));
  SAME(name[0], '/');
  BYTES(name + 2, "..", 2);
}

static void are_only_those_given(void) {
  __wasi_prestat_t prestat;
  fd_t fd;
  EXPECT(__wasi_fd_prestat_get(PREOPEN + 1, &prestat), BADF);
  OK(open_dir(PREOPEN, ".", &fd));
  EXPECT(__wasi_fd_prestat_get(fd, &prestat), BADF);
  OK(__wasi_fd_close(fd));
}

static void can_be_replaced(fd_t other) {
  __wasi_filestat_t before, after;
  __wasi_fdstat_t stat;
  OK(__wasi_fd_filestat_get(other, &before));
  OK(__wasi_fd_filestat_get(PREOPEN, &after));
  HOLDS(before.ino != after.ino);
  OK(__wasi_fd_renumber(other, PREOPEN));
  OK(__wasi_fd_filestat_get(PREOPEN, &after));
  SAME(after.dev, before.dev);
  SAME(after.ino, before.ino);
  EXPECT(__wasi_fd_fdstat_get(other, &stat), BADF);
}

static void can_be_closed(fd_t other) {
  __wasi_fdstat_t stat;
  OK(__wasi_fd_close(PREOPEN));
  EXPECT(__wasi_fd_fdstat_get(PREOPEN, &stat), BADF);
  EXPECT(__wasi_fd_close(PREOPEN), BADF);
  OK(__wasi_fd_fdstat_get(other, &stat));
  SAME(stat.fs_filetype, __WASI_FILETYPE_DIRECTORY);
}

int main(void) {
  fd_t again, work;
  tell_their_names();
  are_only_those_given();
  work = enter();
  OK(open_dir(PREOPEN, ".", &again));
  HOLDS(again > PREOPEN);
  can_be_replaced(work);
  can_be_closed(again);
  OK(__wasi_path_remove_directory(again, "work"));
  OK(__wasi_fd_close(again));
  return finish();
}
