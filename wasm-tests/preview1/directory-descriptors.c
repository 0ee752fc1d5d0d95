// Descriptors of directories: what they cannot do, and how directories are opened.
#include "files.h"

static void have_no_bytes(fd_t dir) {
  char bytes[16] = {0};
  __wasi_size_t n;
  __wasi_filesize_t offset;
  __wasi_filestat_t stat;
  OK(__wasi_fd_filestat_get(dir, &stat));
  SAME(stat.filetype, __WASI_FILETYPE_DIRECTORY);
  EXPECT(get(dir, bytes, sizeof bytes, &n), ISDIR);
  EXPECT(get_at(dir, bytes, sizeof bytes, 0, &n), ISDIR);
  EXPECT(put(dir, bytes, sizeof bytes), BADF);
  EXPECT(put_at(dir, bytes, sizeof bytes, 0), BADF);
  EXPECT(__wasi_fd_seek(dir, 0, __WASI_WHENCE_SET, &offset), NOTCAPABLE);
  EXPECT(__wasi_fd_seek(dir, 0, __WASI_WHENCE_CUR, &offset), NOTCAPABLE);
  EXPECT(__wasi_fd_seek(dir, 0, __WASI_WHENCE_END, &offset), NOTCAPABLE);
  EXPECT(__wasi_fd_tell(dir, &offset), NOTCAPABLE);
  EXPECT(__wasi_fd_allocate(dir, 0, 1), BADF);
  EXPECT(__wasi_fd_filestat_set_size(dir, 0), INVAL);
}

static void get_no_right_to_seek(fd_t dir) {
  fd_t fd;
  __wasi_filesize_t offset;
  __wasi_fdstat_t stat;
  OK(__wasi_path_create_directory(dir, "d"));
  OK(open_at(dir, "d", DIRECTORY, RIGHT(FD_SEEK), &fd));
  EXPECT(__wasi_fd_seek(fd, 0, __WASI_WHENCE_CUR, &offset), NOTCAPABLE);
  OK(__wasi_fd_fdstat_get(fd, &stat));
  SAME(stat.fs_filetype, __WASI_FILETYPE_DIRECTORY);
  SAME(stat.fs_rights_base & RIGHT(FD_SEEK), 0);
  OK(__wasi_fd_close(fd));
  OK(__wasi_path_remove_directory(dir, "d"));
}

static void open_as_what_they_are(void) {
  fd_t fd;
  OK(probe(PREOPEN, 0, ".", 0));
  OK(probe(PREOPEN, 0, ".", DIRECTORY));
  OK(open_at(PREOPEN, ".", DIRECTORY, READ, &fd));
  OK(__wasi_fd_close(fd));
  EXPECT(open_at(PREOPEN, ".", DIRECTORY, READ | WRITE, &fd), ISDIR);
  OK(open_flags(PREOPEN, ".", 0, 0, __WASI_FDFLAGS_NONBLOCK, &fd));
  OK(__wasi_fd_close(fd));
}

static void a_file_is_none(fd_t dir) {
  fd_t file;
  OK(open_at(dir, "f", CREAT, 0, &file));
  EXPECT(probe(file, 0, "below", CREAT), NOTDIR);
  OK(__wasi_fd_close(file));
  EXPECT(probe(dir, 0, "f", DIRECTORY), NOTDIR);
  OK(__wasi_path_unlink_file(dir, "f"));
}

static void names_can_be_made_again(fd_t dir) {
  for (int round = 0; round < 2; round++) {
    OK(touch(dir, "f"));
    OK(probe(dir, 0, "f", 0));
    OK(__wasi_path_unlink_file(dir, "f"));
    OK(__wasi_path_create_directory(dir, "d"));
    OK(probe(dir, 0, "d", DIRECTORY));
    OK(__wasi_path_remove_directory(dir, "d"));
  }
}

int main(void) {
  open_as_what_they_are();
  fd_t dir = enter();
  have_no_bytes(dir);
  get_no_right_to_seek(dir);
  a_file_is_none(dir);
  names_can_be_made_again(dir);
  leave(dir);
  return finish();
}
