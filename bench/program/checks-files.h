// Checks of open files: without a name, with several, and their data.
#include "checks.h"

static void unlinked_data(void) {
  int fd = create_with("file", "before");
  EXPECT(unlink("file") == 0);
  EXPECT(holds(fd, "before"));
  EXPECT(pwrite(fd, "after!", 6, 0) == 6);
  EXPECT(holds(fd, "after!"));
  EXPECT(access("file", F_OK) != 0);
}

static void unlinked_nlink(void) {
  int fd = create_with("file", "text");
  EXPECT(fstat_of(fd).st_nlink == 1);
  EXPECT(unlink("file") == 0);
  EXPECT(fstat_of(fd).st_nlink == 0);
  EXPECT(fstat_of(fd).st_size == 4);
}

static void unlinked_shared(void) {
  int first = create("file");
  int second = open("file", O_RDWR);
  EXPECT(second >= 0);
  EXPECT(unlink("file") == 0);
  EXPECT(write(first, "shared", 6) == 6);
  EXPECT(holds(second, "shared"));
  EXPECT(ftruncate(second, 3) == 0);
  EXPECT(holds(first, "sha"));
}

static void name_reused(void) {
  int old = create_with("file", "old");
  EXPECT(unlink("file") == 0);
  int new = create_with("file", "new one");
  EXPECT(holds(old, "old"));
  EXPECT(holds(new, "new one"));
  EXPECT(fstat_of(old).st_ino != fstat_of(new).st_ino);
}

static void rename_over_open(void) {
  int old = create_with("file", "old");
  make("other", "new one");
  EXPECT(rename("other", "file") == 0);
  EXPECT(holds(old, "old"));
  EXPECT(file_holds("file", "new one"));
}

static void append(void) {
  int first = open("file", O_RDWR | O_CREAT | O_APPEND, 0644);
  int second = open("file", O_RDWR | O_APPEND);
  EXPECT(first >= 0 && second >= 0);
  EXPECT(write(first, "one", 3) == 3);
  EXPECT(write(second, "two", 3) == 3);
  EXPECT(lseek(first, 0, SEEK_SET) == 0);
  EXPECT(write(first, "three", 5) == 5);
  EXPECT(file_holds("file", "onetwothree"));
}

static void exclusive(void) {
  make("file", "text");
  FAILS(open("file", O_WRONLY | O_CREAT | O_EXCL, 0644), EEXIST);
  EXPECT(symlink("nowhere", "link") == 0);
  FAILS(open("link", O_WRONLY | O_CREAT | O_EXCL, 0644), EEXIST);
  FAILS(mkdir("link", 0755), EEXIST);
  FAILS(access("nowhere", F_OK), ENOENT);
}

static void hard_links(void) {
  int fd = create_with("file", "text");
  EXPECT(link("file", "other") == 0);
  EXPECT(stat_of("file").st_ino == stat_of("other").st_ino);
  EXPECT(stat_of("file").st_nlink == 2);
  EXPECT(pwrite(fd, "TEXT", 4, 0) == 4);
  EXPECT(file_holds("other", "TEXT"));
  EXPECT(unlink("file") == 0);
  EXPECT(fstat_of(fd).st_nlink == 1);
  EXPECT(file_holds("other", "TEXT"));
}

static void holes(void) {
  char buffer[8] = "xxxxxxx";
  int fd = create_with("file", "abcd");
  EXPECT(pwrite(fd, "z", 1, 100000) == 1);
  EXPECT(fstat_of(fd).st_size == 100001);
  EXPECT(pread(fd, buffer, 8, 50000) == 8 && memcmp(buffer, "\0\0\0\0\0\0\0\0", 8) == 0);
  EXPECT(ftruncate(fd, 2) == 0);
  EXPECT(ftruncate(fd, 6) == 0);
  EXPECT(pread(fd, buffer, 8, 0) == 6 && memcmp(buffer, "ab\0\0\0\0", 6) == 0);
}

static void offsets(void) {
  char buffer[8];
  int fd = create_with("file", "0123456789");
  EXPECT(lseek(fd, 3, SEEK_SET) == 3);
  EXPECT(pread(fd, buffer, 4, 6) == 4 && memcmp(buffer, "6789", 4) == 0);
  EXPECT(pwrite(fd, "AB", 2, 0) == 2);
  EXPECT(lseek(fd, 0, SEEK_CUR) == 3);
  EXPECT(read(fd, buffer, 2) == 2 && memcmp(buffer, "34", 2) == 0);
  EXPECT(lseek(fd, 0, SEEK_CUR) == 5);
}

static void times(void) {
  struct timespec set[2] = {{1000000000, 123456789}, {1100000000, 987654321}};
  struct timespec change[2] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
  make("file", "text");
  EXPECT(utimensat(AT_FDCWD, "file", set, 0) == 0);
  EXPECT(stat_of("file").st_atim.tv_sec == 1000000000 && stat_of("file").st_mtim.tv_sec == 1100000000);
  EXPECT(stat_of("file").st_mtim.tv_nsec / 1000 == 987654);
  EXPECT(utimensat(AT_FDCWD, "file", change, 0) == 0);
  EXPECT(stat_of("file").st_atim.tv_sec == 1000000000);
  EXPECT(stat_of("file").st_mtim.tv_sec > 1500000000);
}
