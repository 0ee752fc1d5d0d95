// Locks ranges of a file as stdin says, a line a call: `set W 0 10`, `wait`, `get`, `close`; answers on stdout.
// Arguments: the file, and `posix` for the locks of a process or `ofd` for those of an open file.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char TYPES[] = "RWU";
static const short NUMBERS[] = {F_RDLCK, F_WRLCK, F_UNLCK};

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int ofd = strcmp(argv[2], "ofd") == 0;
  int fd = open(argv[1], O_RDWR);
  if (fd < 0) return 1;
  char command[16], type;
  long long start, length;
  while (scanf("%15s %c %lld %lld", command, &type, &start, &length) == 4) {
    struct flock lock = {.l_type = NUMBERS[strchr(TYPES, type) - TYPES], .l_whence = SEEK_SET};
    lock.l_start = start;
    lock.l_len = length;
    int result = 0;
    if (strcmp(command, "get") == 0) result = fcntl(fd, ofd ? F_OFD_GETLK : F_GETLK, &lock);
    else if (strcmp(command, "set") == 0) result = fcntl(fd, ofd ? F_OFD_SETLK : F_SETLK, &lock);
    else if (strcmp(command, "wait") == 0) result = fcntl(fd, ofd ? F_OFD_SETLKW : F_SETLKW, &lock);
    else result = close(fd);
    if (result < 0) puts(errno == EAGAIN || errno == EACCES ? "blocked" : strerror(errno));
    else if (strcmp(command, "get") != 0) puts("ok");
    else if (lock.l_type == F_UNLCK) puts("free");
    else
      printf("%c %lld+%lld by %d\n", lock.l_type == F_RDLCK ? 'R' : 'W', (long long)lock.l_start,
             (long long)lock.l_len, lock.l_pid > 0 ? lock.l_pid : 0);
    fflush(stdout);
  }
  return 0;
}
