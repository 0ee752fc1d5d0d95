// The same through wasi-libc: stdio streams, directory streams, offsets, and files distinguished by stat.
// `NAME outside` is to be run without any directory: nothing can be opened.
#include "check.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  if (!HOLDS(file != NULL)) return;
  SAME(fputs(text, file) >= 0, true);
  SAME(fclose(file), 0);
}

static void streams(void) {
  char buffer[4];
  write_file("digits", "abcdefghij");
  FILE *file = fopen("digits", "r");
  if (!HOLDS(file != NULL)) return;
  int fd = fileno(file);
  SAME(fread(buffer, 1, 4, file), 4);
  SAME(fflush(file), 0);
  SAME(lseek(fd, 0, SEEK_CUR), 4);
  SAME(fread(buffer, 1, 1, file), 1);
  SAME(buffer[0], 'e');
  SAME(fflush(file), 0);
  SAME(lseek(fd, 0, SEEK_CUR), 5);
  SAME(lseek(fd, 0, SEEK_SET), 0);
  SAME(lseek(fd, 0, SEEK_END), 10);
  SAME(fclose(file), 0);
}

static void at_offsets(void) {
  char buffer[32];
  SAME(access("text", F_OK), -1);
  int fd = open("text", O_WRONLY | O_CREAT, 0644);
  HOLDS(fd > 2);
  SAME(pwrite(fd, "a rather plain line", 19, 0), 19);
  SAME(pwrite(fd, "ABC", 3, 5), 3);
  SAME(close(fd), 0);
  fd = open("text", O_RDONLY);
  HOLDS(fd > 2);
  SAME(pread(fd, buffer, 5, 9), 5);
  BYTES(buffer, "plain", 5);
  SAME(read(fd, buffer, sizeof buffer), 19);
  BYTES(buffer, "a ratABC plain line", 19);
  SAME(close(fd), 0);
  SAME(remove("text"), 0);
}

/** Linux appends with pwrite, too, and never moves the offset. */
static void at_offsets_with_append(void) {
  int fd = open("log", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
  HOLDS(fd > 2);
  SAME(write(fd, "xyz", 3), 3);
  SAME(lseek(fd, 0, SEEK_SET), 0);
  SAME(write(fd, "xyz", 3), 3);
  SAME(lseek(fd, 0, SEEK_CUR), 6);
  SAME(pwrite(fd, "pq", 2, 0), 2);
  SAME(lseek(fd, 0, SEEK_CUR), 6);
  SAME(lseek(fd, 0, SEEK_END), 8);
  SAME(close(fd), 0);
  SAME(remove("log"), 0);
}

static void directories(void) {
  int seen[2] = {0, 0}, others = 0;
  ino_t inodes[2] = {0, 0};
  SAME(mkdir("pair", 0755), 0);
  write_file("pair/left", "");
  write_file("pair/right", "");
  int fd = open("pair", O_RDONLY | O_DIRECTORY);
  HOLDS(fd > 2);
  DIR *dir = fdopendir(fd);
  if (!HOLDS(dir != NULL)) return;
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    struct stat stat;
    if (entry->d_name[0] == '.') continue;
    bool left = strcmp(entry->d_name, "left") == 0, right = strcmp(entry->d_name, "right") == 0;
    others += !left && !right;
    seen[right]++;
    inodes[right] = entry->d_ino;
    SAME(fstatat(fd, entry->d_name, &stat, AT_SYMLINK_NOFOLLOW), 0);
    SAME(entry->d_ino, stat.st_ino);
  }
  SAME(closedir(dir), 0);
  HOLDS(seen[0] == 1 && seen[1] == 1 && others == 0);
  HOLDS(inodes[0] != inodes[1]);
}

static void told_apart(void) {
  struct stat a, b;
  int left = open("pair/left", O_RDONLY), right = open("pair/right", O_RDONLY);
  HOLDS(left > 2 && right > 2);
  SAME(fstat(left, &a), 0);
  SAME(fstat(right, &b), 0);
  SAME(a.st_dev, b.st_dev);
  HOLDS(a.st_ino != b.st_ino);
  SAME(close(left), 0);
  SAME(close(right), 0);
}

static void cannot_be_opened(const char *path) {
  errno = 0;
  FILE *file = fopen(path, "r");
  HOLDS(file == NULL);
  HOLDS(errno == ENOTCAPABLE || errno == ENOENT);
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "outside") == 0) {
    cannot_be_opened("pair/left");
    cannot_be_opened("/etc/passwd");
    cannot_be_opened("../pair");
    return finish();
  }
  streams();
  at_offsets();
  at_offsets_with_append();
  directories();
  told_apart();
  cannot_be_opened("none/file");
  return finish();
}
