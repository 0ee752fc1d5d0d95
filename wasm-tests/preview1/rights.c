// The operations that rights allow, their irrevocable loss, and the rights of a preopened directory.
#include "files.h"

static const __wasi_rights_t OF_DIRECTORIES =
    RIGHT(PATH_CREATE_DIRECTORY) | RIGHT(PATH_CREATE_FILE) | RIGHT(PATH_LINK_SOURCE) | RIGHT(PATH_LINK_TARGET) |
    RIGHT(PATH_OPEN) | RIGHT(FD_READDIR) | RIGHT(PATH_READLINK) | RIGHT(PATH_RENAME_SOURCE) |
    RIGHT(PATH_RENAME_TARGET) | RIGHT(PATH_SYMLINK) | RIGHT(PATH_REMOVE_DIRECTORY) | RIGHT(PATH_UNLINK_FILE) |
    RIGHT(PATH_FILESTAT_GET) | RIGHT(PATH_FILESTAT_SET_TIMES) | RIGHT(FD_FILESTAT_GET) |
    RIGHT(FD_FILESTAT_SET_TIMES);
static const __wasi_rights_t OF_FILES =
    RIGHT(FD_DATASYNC) | READ | RIGHT(FD_SEEK) | RIGHT(FD_FDSTAT_SET_FLAGS) | RIGHT(FD_SYNC) | RIGHT(FD_TELL) | WRITE |
    RIGHT(FD_ADVISE) | RIGHT(FD_ALLOCATE) | RIGHT(FD_FILESTAT_SET_SIZE) | RIGHT(POLL_FD_READWRITE);

static __wasi_rights_t base_of(fd_t fd) {
  __wasi_fdstat_t stat = {0};
  OK(__wasi_fd_fdstat_get(fd, &stat));
  return stat.fs_rights_base;
}

static void preopen_has_rights(void) {
  __wasi_fdstat_t stat;
  OK(__wasi_fd_fdstat_get(PREOPEN, &stat));
  SAME(stat.fs_rights_base & OF_DIRECTORIES, OF_DIRECTORIES);
  SAME(stat.fs_rights_inheriting & OF_DIRECTORIES, OF_DIRECTORIES);
  SAME(stat.fs_rights_inheriting & OF_FILES, OF_FILES);
  fd_t all;
  if (OK(open_dir(PREOPEN, ".", &all))) OK(__wasi_fd_close(all));
}

static void readers_and_writers(fd_t dir) {
  static const char first[] = "forty bytes that a writer leaves behind.";
  char buffer[64];
  __wasi_size_t got = 99;
  fd_t fd;
  OK(touch(dir, "f"));

  OK(open_at(dir, "f", 0, READ, &fd));
  SAME(base_of(fd) & (READ | WRITE), READ);
  OK(get(fd, buffer, sizeof buffer, &got));
  SAME(got, 0);
  EXPECT(put(fd, first, 40), BADF);
  OK(__wasi_fd_close(fd));

  OK(open_at(dir, "f", 0, WRITE, &fd));
  SAME(base_of(fd) & (READ | WRITE), WRITE);
  EXPECT(get(fd, buffer, sizeof buffer, &got), BADF);
  OK(put(fd, first, 40));
  OK(__wasi_fd_close(fd));

  OK(open_at(dir, "f", 0, READ | WRITE | RIGHT(FD_FILESTAT_GET), &fd));
  SAME(base_of(fd) & (READ | WRITE), READ | WRITE);
  OK(get(fd, buffer, sizeof buffer, &got));
  SAME(got, 40);
  BYTES(buffer, first, 40);
  OK(put(fd, first, 17));
  SAME(size_of(fd), 57);
  OK(__wasi_fd_close(fd));
  OK(__wasi_path_unlink_file(dir, "f"));
}

static void rights_given_up(fd_t dir) {
  const __wasi_rights_t seeks = RIGHT(FD_SEEK) | RIGHT(FD_TELL);
  char buffer[8];
  __wasi_size_t got = 0;
  fd_t fd;
  OK(open_at(dir, "f", CREAT, READ | WRITE | seeks, &fd));
  OK(put(fd, "\x09\x08\x07\x06\x05", 5));
  OK(rewind_fd(fd, 0));
  OK(get(fd, buffer, 5, &got));
  SAME(got, 5);
  BYTES(buffer, "\x09\x08\x07\x06\x05", 5);

  __wasi_fdstat_t stat;
  OK(__wasi_fd_fdstat_get(fd, &stat));
  OK(__wasi_fd_fdstat_set_rights(fd, stat.fs_rights_base, stat.fs_rights_inheriting));
  OK(__wasi_fd_fdstat_set_rights(fd, stat.fs_rights_base & ~(READ | WRITE), stat.fs_rights_inheriting));
  SAME(base_of(fd) & (READ | WRITE | RIGHT(FD_SEEK)), RIGHT(FD_SEEK));
  EXPECT(get(fd, buffer, 5, &got), NOTCAPABLE);
  EXPECT(put(fd, "x", 1), NOTCAPABLE);
  EXPECT(__wasi_fd_fdstat_set_rights(fd, stat.fs_rights_base, stat.fs_rights_inheriting), NOTCAPABLE);
  OK(__wasi_fd_fdstat_set_rights(fd, base_of(fd), stat.fs_rights_inheriting & ~READ));
  EXPECT(__wasi_fd_fdstat_set_rights(fd, base_of(fd), stat.fs_rights_inheriting | READ), NOTCAPABLE);
  OK(__wasi_fd_close(fd));
  OK(__wasi_path_unlink_file(dir, "f"));
}

static void truncation_needs_a_right(fd_t dir) {
  const __wasi_rights_t of_paths = RIGHT(PATH_FILESTAT_SET_SIZE), of_files = RIGHT(FD_FILESTAT_SET_SIZE);
  OK(touch(dir, "f"));
  __wasi_fdstat_t stat;
  OK(__wasi_fd_fdstat_get(dir, &stat));
  SAME(stat.fs_filetype, __WASI_FILETYPE_DIRECTORY);
  SAME(stat.fs_flags, 0);
  SAME(stat.fs_rights_base & (of_paths | of_files), of_paths);
  SAME(stat.fs_rights_inheriting & of_files, of_files);
  OK(probe(dir, 0, "f", TRUNC));

  // A file is truncated by its path: what descriptors may do does not matter.
  __wasi_rights_t inheriting = stat.fs_rights_inheriting & ~of_files;
  OK(__wasi_fd_fdstat_set_rights(dir, stat.fs_rights_base, inheriting));
  OK(probe(dir, 0, "f", TRUNC));

  OK(__wasi_fd_fdstat_set_rights(dir, stat.fs_rights_base & ~of_paths, inheriting));
  SAME(base_of(dir) & of_paths, 0);
  EXPECT(probe(dir, 0, "f", TRUNC), NOTCAPABLE);
  OK(__wasi_path_unlink_file(dir, "f"));
}

int main(void) {
  preopen_has_rights();
  fd_t dir = enter();
  readers_and_writers(dir);
  rights_given_up(dir);
  truncation_needs_a_right(dir);
  leave(dir);
  return finish();
}
