/* Every call a descriptor allows, on a file that has lost its name. */
#include "trace.h"

static const struct timespec accessed = {1000000000, 123456789}, modified = {1100000000, 987654321};

static void t_futimens(int fd) {
  const struct timespec times[2] = {accessed, modified};
  say("futimens = %s", outcome(futimens(fd, times)));
}

static int is(struct timespec a, struct timespec b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

static void t_atime(int fd) {
  struct stat st = {0};
  fstat(fd, &st);
  check("atime as set", is(st.st_atim, accessed));
}

static void t_mtime(int fd) {
  struct stat st = {0};
  fstat(fd, &st);
  check("mtime as set", is(st.st_mtim, modified));
}

int main(int argc, char **argv) {
  begin(argc, argv);
  int fd = t_open("a", O_RDWR | O_CREAT);
  int appender = t_open("a", O_WRONLY | O_APPEND);
  int reader = t_open("a", O_RDONLY);
  t_write(fd, "hello world");
  t_futimens(fd);
  t_unlink("a");
  host("unlinked");
  t_atime(fd); /* asked before the first read: whether a read moves it is the mount's choice (noatime, relatime) */
  t_mtime(fd);

  t_fstat(fd);
  t_lseek(fd, 0, SEEK_SET);
  t_read(fd, 5);
  t_pread(fd, 5, 6);
  t_read(fd, 64);
  t_read(fd, 64);
  t_lseek(fd, -6, SEEK_CUR);
  t_write(fd, " there");
  t_mtime(reader); /* moved by the write */
  t_pwrite(fd, "J", 0);
  t_write(appender, "!");
  t_lseek(appender, 0, SEEK_SET);
  t_write(appender, "?");
  t_lseek(fd, 0, SEEK_END);
  t_read(reader, 64);
  t_fstat(reader);

  t_ftruncate(fd, 20);
  t_fstat(appender);
  t_pread(reader, 64, 8);
  host("grown");
  t_ftruncate(fd, 4);
  t_fstat(fd);
  t_pread(reader, 64, 0);
  t_pread(reader, 64, 4);
  t_lseek(fd, 8, SEEK_SET);
  t_write(fd, "x"); /* past the end: the gap is zeros, not old data */
  t_pread(reader, 64, 0);
  t_pwrite(fd, "y", 11);
  t_pread(reader, 64, 0);
  t_write(appender, "z");
  t_fstat(fd);

  t_futimens(fd);
  t_atime(reader);
  t_mtime(reader);
  const struct timespec keep_access[2] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
  say("futimens UTIME_OMIT UTIME_NOW = %s", outcome(futimens(fd, keep_access)));
  t_atime(reader);
  t_mtime(reader);
  t_fsync(fd);
  t_fdatasync(appender);
  t_fsync(reader);

  t_write(reader, "no");
  t_read(appender, 1);
  t_lseek(fd, -1, SEEK_SET);
  t_fstat(fd);

  t_ftruncate(fd, 0);
  t_fstat(fd);
  t_write(appender, "new content");
  t_pread(reader, 64, 0);
  t_stat("a");

  t_close(fd);
  t_close(appender);
  host("last");
  t_pread(reader, 64, 0);
  t_close(reader);
  host("closed");
}
