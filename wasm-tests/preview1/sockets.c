// sock_shutdown of a closed descriptor is EBADF, and of another type than a socket ENOTSOCK.
#include "files.h"
#include <errno.h>
#include <sys/socket.h>

int main(void) {
  fd_t dir = enter(), file;
  EXPECT(__wasi_sock_shutdown(77, __WASI_SDFLAGS_RD), BADF);
  EXPECT(__wasi_sock_shutdown(1, __WASI_SDFLAGS_RD), NOTSOCK);
  EXPECT(__wasi_sock_shutdown(dir, __WASI_SDFLAGS_WR), NOTSOCK);
  OK(open_at(dir, "f", CREAT, READ | WRITE, &file));
  EXPECT(__wasi_sock_shutdown(file, __WASI_SDFLAGS_RD | __WASI_SDFLAGS_WR), NOTSOCK);
  OK(__wasi_fd_close(file));
  EXPECT(__wasi_sock_shutdown(file, __WASI_SDFLAGS_RD), BADF);
  OK(__wasi_path_unlink_file(dir, "f"));

  errno = 0;
  SAME(shutdown(77, SHUT_RD), -1);
  SAME(errno, EBADF);
  SAME(shutdown(1, SHUT_RD), -1);
  SAME(errno, ENOTSOCK);
  leave(dir);
  return finish();
}
