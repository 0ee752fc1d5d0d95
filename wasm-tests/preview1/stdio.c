// Standard input, output and error: written to, distinguished from files, and moved to other numbers.
#include "files.h"
#include <unistd.h>

/** Moves a descriptor of stdio onto one of a file, which takes the file's number and closes its own. */
static void move_away(fd_t from, fd_t to) {
  __wasi_fdstat_t before, after;
  OK(__wasi_fd_fdstat_get(from, &before));
  if (OK(__wasi_fd_renumber(from, to)) && from == 1) check_out = (int)to;
  OK(__wasi_fd_fdstat_get(to, &after));
  SAME(after.fs_filetype, before.fs_filetype);
  EXPECT(__wasi_fd_fdstat_get(from, &after), BADF);
}

int main(void) {
  fd_t dir = enter(), file;
  __wasi_size_t written = 99;
  OK(put(1, "greetings\n", 10));
  EXPECT(__wasi_fd_write((fd_t)-54321, NULL, 0, &written), BADF);
  SAME(written, 99);

  OK(open_at(dir, "f", CREAT, 0, &file));
  SAME(isatty((int)file), 0);
  OK(__wasi_fd_close(file));
  OK(__wasi_path_unlink_file(dir, "f"));

  // Opened before the first is moved: a new descriptor has the lowest number that is free.
  fd_t to[3];
  for (int i = 0; i < 3; i++) OK(open_at(dir, "f", CREAT, 0, &to[i]));
  OK(__wasi_path_unlink_file(dir, "f"));
  for (int i = 0; i < 3; i++) move_away((fd_t)i, to[i]);
  OK(__wasi_path_open(dir, 0, ".", 0, 0, 0, 0, &file));
  SAME(file, 0);
  OK(__wasi_fd_close(file));
  OK(put(to[1], "still there\n", 12));
  leave(dir);
  return finish();
}
