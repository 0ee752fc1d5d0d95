// fd_renumber moves a descriptor onto another, which must be open.
#include "files.h"

int main(void) {
  fd_t dir = enter(), from, to;
  __wasi_fdstat_t before, after;
  __wasi_filestat_t file;
  char byte = 0;
  __wasi_size_t got = 0;
  OK(open_at(dir, "one", CREAT, READ | WRITE | RIGHT(FD_SEEK), &from));
  OK(open_at(dir, "two", CREAT, WRITE, &to));
  HOLDS(from != to);
  OK(put(from, "12", 2));
  OK(rewind_fd(from, 1));
  OK(__wasi_fd_fdstat_get(from, &before));

  OK(__wasi_fd_renumber(from, to));
  EXPECT(__wasi_fd_close(from), BADF);
  OK(__wasi_fd_fdstat_get(to, &after));
  SAME(after.fs_filetype, before.fs_filetype);
  SAME(after.fs_flags, before.fs_flags);
  SAME(after.fs_rights_base, before.fs_rights_base);
  SAME(after.fs_rights_inheriting, before.fs_rights_inheriting);
  OK(get(to, &byte, 1, &got));
  SAME(got, 1);
  SAME(byte, '2');

  EXPECT(__wasi_fd_renumber(to, from), BADF);
  EXPECT(__wasi_fd_renumber(from, to), BADF);
  OK(__wasi_fd_close(to));
  OK(__wasi_path_filestat_get(dir, 0, "one", &file));
  SAME(file.size, 2);
  OK(__wasi_path_unlink_file(dir, "one"));
  OK(__wasi_path_unlink_file(dir, "two"));
  leave(dir);
  return finish();
}
