// Offsets and sizes: seek and tell, calls that take an offset, advice, allocation and truncation.
#include "files.h"

#define SEEKS (RIGHT(FD_SEEK) | RIGHT(FD_TELL))
#define SIZES (RIGHT(FD_ADVISE) | RIGHT(FD_ALLOCATE) | RIGHT(FD_FILESTAT_GET) | RIGHT(FD_FILESTAT_SET_SIZE))

static __wasi_filesize_t tell(fd_t fd) {
  __wasi_filesize_t offset = UINT64_MAX;
  OK(__wasi_fd_tell(fd, &offset));
  return offset;
}

static void seek_and_tell(fd_t dir) {
  char buffer[80] = {0};
  __wasi_filesize_t offset = 1;
  __wasi_size_t got = 0;
  fd_t fd;
  OK(open_at(dir, "f", CREAT, READ | WRITE | SEEKS, &fd));
  SAME(tell(fd), 0);
  OK(put(fd, buffer, 80));
  SAME(tell(fd), 80);
  OK(__wasi_fd_seek(fd, -30, __WASI_WHENCE_CUR, &offset));
  SAME(offset, 50);
  OK(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &offset));
  SAME(offset, 0);
  OK(__wasi_fd_seek(fd, -3, __WASI_WHENCE_END, &offset));
  SAME(offset, 77);
  OK(__wasi_fd_seek(fd, 5000, __WASI_WHENCE_CUR, &offset));
  SAME(offset, 5077);
  EXPECT(__wasi_fd_seek(fd, -5078, __WASI_WHENCE_CUR, &offset), INVAL);
  EXPECT(__wasi_fd_seek(fd, -1, __WASI_WHENCE_SET, &offset), INVAL);
  SAME(tell(fd), 5077);
  OK(rewind_fd(fd, 0));
  OK(get(fd, buffer, sizeof buffer, &got));
  SAME(got, 80);
  SAME(tell(fd), 80);
  OK(__wasi_fd_close(fd));
  OK(__wasi_path_unlink_file(dir, "f"));
}

static void read_and_write_at(fd_t dir) {
  uint8_t bytes[6] = {0};
  __wasi_size_t n = 0;
  fd_t fd;
  OK(open_at(dir, "f", CREAT, READ | WRITE | SEEKS, &fd));
  OK(put_at(fd, "\x10\x11\x12\x13\x14\x15", 6, 0));
  OK(get_at(fd, bytes, 6, 0, &n));
  SAME(n, 6);
  BYTES(bytes, "\x10\x11\x12\x13\x14\x15", 6);

  __wasi_ciovec_t from[] = {{(const uint8_t *)"\x20\x21", 2}, {(const uint8_t *)"\x22\x23\x24\x25", 4}};
  OK(__wasi_fd_pwrite(fd, from, 2, 0, &n));
  SAME(n, 6);
  memset(bytes, 0, 6);
  __wasi_iovec_t to[] = {{bytes + 3, 3}, {bytes, 3}};
  OK(__wasi_fd_pread(fd, to, 2, 0, &n));
  SAME(n, 6);
  BYTES(bytes, "\x23\x24\x25\x20\x21\x22", 6);
  OK(__wasi_fd_pread(fd, to, 2, 6, &n));
  SAME(n, 0);

  memset(bytes, 0, 6);
  OK(get_at(fd, bytes, 6, 4, &n));
  SAME(n, 2);
  BYTES(bytes, "\x24\x25\0\0\0\0", 6);
  OK(put_at(fd, "\x31\x30", 2, 3));
  OK(get_at(fd, bytes, 6, 0, &n));
  SAME(n, 6);
  BYTES(bytes, "\x20\x21\x22\x31\x30\x25", 6);
  SAME(tell(fd), 0);
  OK(__wasi_fd_close(fd));
  OK(__wasi_path_unlink_file(dir, "f"));
}

static void advice_and_allocation(fd_t dir) {
  fd_t fd;
  OK(open_at(dir, "f", CREAT, READ | WRITE | SIZES, &fd));
  SAME(size_of(fd), 0);
  OK(__wasi_fd_allocate(fd, 0, 60));
  SAME(size_of(fd), 60);
  OK(__wasi_fd_allocate(fd, 20, 15));
  SAME(size_of(fd), 60);
  OK(__wasi_fd_allocate(fd, 55, 25));
  SAME(size_of(fd), 80);
  OK(__wasi_fd_filestat_set_size(fd, 140));
  SAME(size_of(fd), 140);
  OK(__wasi_fd_advise(fd, 10, 70, __WASI_ADVICE_NORMAL));
  OK(__wasi_fd_advise(fd, 100, 700, __WASI_ADVICE_WILLNEED));
  SAME(size_of(fd), 140);
  OK(__wasi_fd_allocate(fd, 140, 60));
  SAME(size_of(fd), 200);
  OK(__wasi_fd_close(fd));
  OK(__wasi_path_unlink_file(dir, "f"));
}

static void truncation_by_open(fd_t dir) {
  char buffer[32];
  __wasi_size_t got = 9;
  fd_t fd;
  OK(open_at(dir, "f", CREAT, WRITE, &fd));
  OK(put(fd, "soon to be gone", 15));
  OK(__wasi_fd_close(fd));
  OK(open_at(dir, "f", CREAT | TRUNC, READ | WRITE, &fd));
  OK(get(fd, buffer, sizeof buffer, &got));
  SAME(got, 0);
  OK(__wasi_fd_close(fd));
  OK(__wasi_path_unlink_file(dir, "f"));
}

static void writes_are_seen_at_once(fd_t dir) {
  char byte = 0;
  __wasi_size_t got = 0;
  fd_t reader, writer;
  OK(open_at(dir, "f", CREAT, READ, &reader));
  OK(open_at(dir, "f", 0, WRITE, &writer));
  for (char c = 'p'; c < 's'; c++) {
    OK(put(writer, &c, 1));
    OK(get(reader, &byte, 1, &got));
    SAME(got, 1);
    SAME(byte, c);
  }
  OK(__wasi_fd_close(writer));
  OK(__wasi_fd_close(reader));
  OK(__wasi_path_unlink_file(dir, "f"));
}

int main(void) {
  fd_t dir = enter();
  seek_and_tell(dir);
  read_and_write_at(dir);
  advice_and_allocation(dir);
  truncation_by_open(dir);
  writes_are_seen_at_once(dir);
  leave(dir);
  return finish();
}
