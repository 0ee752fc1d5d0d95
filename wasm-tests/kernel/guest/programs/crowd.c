/*
 * crowd DIR OTHER COUNT: so many processes at once, the odd ones through the second mount. Each makes, writes, renames,
 * reads, unlinks and reads again files of its own, and appends ten lines to one log. Prints how many found all right.
 */
#include "claims.h"

static int one(const char *dir, int number) {
  char path[4096], moved[4096], log[4096], text[128], got[128];
  int files[8];
  for (int i = 0; i < 8; i++) {
    sprintf(path, "%s/p%d.%d", dir, number, i);
    sprintf(moved, "%s/m%d.%d", dir, number, i);
    int length = sprintf(text, "process %d file %d\n", number, i);
    if ((files[i] = open(path, O_RDWR | O_CREAT | O_EXCL, 0666)) < 0) return 1;
    if (write(files[i], text, length) != length) return 2;
    if (rename(path, moved) != 0) return 3;
    if (open(path, O_RDONLY) != -1 || errno != ENOENT) return 4;
    int fd = open(moved, O_RDONLY);
    if (fd < 0 || read(fd, got, sizeof got) != length || memcmp(got, text, length) != 0) return 5;
    close(fd);
    if (unlink(moved) != 0) return 6;
  }
  sprintf(path, "%s/d%d", dir, number);
  if (mkdir(path, 0777) != 0) return 7;
  for (int i = 0; i < 8; i++) {
    int length = sprintf(text, "process %d file %d\n", number, i);
    struct stat st;
    if (fstat(files[i], &st) != 0 || st.st_nlink != 0 || st.st_size != length) return 8;
    if (pread(files[i], got, sizeof got, 0) != length || memcmp(got, text, length) != 0) return 9;
    close(files[i]);
  }
  if (rmdir(path) != 0) return 10;
  sprintf(log, "%s/log", dir);
  for (int i = 0; i < 10; i++) {
    int fd = open(log, O_WRONLY | O_APPEND | O_CREAT, 0666);
    int length = sprintf(text, "process %d line %d\n", number, i);
    if (fd < 0 || write(fd, text, length) != length || close(fd) != 0) return 11;
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int count = atoi(argv[3]), good = 0;
  for (int i = 0; i < count; i++) {
    if (fork() != 0) continue;
    int step = one(argv[1 + i % 2], i);
    if (step != 0) printf("process %d stops at step %d: %s\n", i, step, strerrorname_np(errno));
    fflush(stdout);
    _exit(step != 0);
  }
  for (int status; wait(&status) > 0;) good += status == 0;
  printf("%d of %d\n", good, count);
}
