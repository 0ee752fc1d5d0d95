// Checks of names, symlinks and directories.
#include "checks.h"

static void rename_directories(void) {
  EXPECT(mkdir("a", 0755) == 0 && mkdir("empty", 0755) == 0 && mkdir("full", 0755) == 0);
  make("a/inside", "text");
  make("full/other", "text");
  FAILS(rename("a", "full"), ENOTEMPTY);
  FAILS(rename("a", "a/below"), EINVAL);
  EXPECT(rename("a", "empty") == 0);
  EXPECT(file_holds("empty/inside", "text"));
  make("file", "text");
  FAILS(rename("file", "full"), EISDIR);
  FAILS(rename("full", "file"), ENOTDIR);
}

static void rename_inode(void) {
  make("file", "text");
  ino_t inode = stat_of("file").st_ino;
  make("before", "text");
  EXPECT(inode != stat_of("before").st_ino);
  EXPECT(rename("file", "moved") == 0);
  EXPECT(stat_of("moved").st_ino == inode);
  EXPECT(link("moved", "again") == 0);
  // Both are names of one file: nothing happens.
  EXPECT(rename("moved", "again") == 0);
  EXPECT(stat_of("moved").st_ino == inode && stat_of("again").st_ino == inode);
  DIR *dir = opendir(".");
  EXPECT(dir != NULL);
  struct dirent *entry;
  while ((entry = readdir(dir)) != NULL && strcmp(entry->d_name, "moved") != 0) continue;
  EXPECT(entry != NULL);
  EXPECT(entry->d_ino == inode);
}

static void renamed_directory(void) {
  EXPECT(mkdir("dir", 0755) == 0);
  make("dir/file", "mine");
  int dir = open("dir", O_RDONLY | O_DIRECTORY);
  EXPECT(dir >= 0);
  EXPECT(rename("dir", "moved") == 0);
  EXPECT(mkdir("dir", 0755) == 0);
  make("dir/file", "another");
  int fd = openat(dir, "file", O_RDONLY);
  EXPECT(fd >= 0);
  EXPECT(holds(fd, "mine"));
}

static void removed_directory(void) {
  EXPECT(mkdir("dir", 0755) == 0);
  int dir = open("dir", O_RDONLY | O_DIRECTORY);
  EXPECT(dir >= 0);
  EXPECT(rmdir("dir") == 0);
  FAILS(openat(dir, "file", O_WRONLY | O_CREAT, 0644), ENOENT);
  EXPECT(mkdir("dir", 0755) == 0);
  FAILS(openat(dir, "file", O_WRONLY | O_CREAT, 0644), ENOENT);
  FAILS(access("dir/file", F_OK), ENOENT);
}

static void link_to_symlink(void) {
  char target[16];
  make("file", "text");
  EXPECT(symlink("file", "symlink") == 0);
  EXPECT(linkat(AT_FDCWD, "symlink", AT_FDCWD, "other", 0) == 0);
  EXPECT(S_ISLNK(stat_of("other").st_mode));
  EXPECT(stat_of("other").st_ino == stat_of("symlink").st_ino);
  EXPECT(readlink("other", target, sizeof target) == 4 && memcmp(target, "file", 4) == 0);
}

static void symlink_loop(void) {
  EXPECT(symlink("b", "a") == 0);
  EXPECT(symlink("a", "b") == 0);
  FAILS(open("a", O_RDONLY), ELOOP);
  FAILS(open("a/file", O_RDONLY), ELOOP);
  make("file", "text");
  EXPECT(symlink("file", "c") == 0);
  FAILS(open("c", O_RDONLY | O_NOFOLLOW), ELOOP);
  EXPECT(file_holds("c", "text"));
}

static void dot_dot(void) {
  EXPECT(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0);
  make("a/file", "below a");
  make("file", "top");
  EXPECT(symlink("a/b", "link") == 0);
  EXPECT(file_holds("link/../file", "below a"));
  FAILS(open("file/../file", O_RDONLY), ENOTDIR);
  FAILS(open("absent/../file", O_RDONLY), ENOENT);
}

enum { MANY = 1000 };

static void fill_directory(void) {
  char path[32];
  EXPECT(mkdir("dir", 0755) == 0);
  for (int i = 0; i < MANY; i++) {
    snprintf(path, sizeof path, "dir/%d", i);
    make(path, "");
  }
}

static void readdir_removes(void) {
  fill_directory();
  DIR *dir = opendir("dir");
  EXPECT(dir != NULL);
  int found = 0;
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    EXPECT(unlinkat(dirfd(dir), entry->d_name, 0) == 0);
    found++;
  }
  EXPECT(found == MANY);
  EXPECT(rmdir("dir") == 0);
}

static void seek_directory(void) {
  static long places[MANY + 2];
  static char names[MANY + 2][16];
  fill_directory();
  DIR *dir = opendir("dir");
  EXPECT(dir != NULL);
  int count = 0;
  for (;;) {
    long place = telldir(dir);
    struct dirent *entry = readdir(dir);
    if (entry == NULL) break;
    EXPECT(count < MANY + 2);
    places[count] = place;
    strncpy(names[count++], entry->d_name, 15);
  }
  EXPECT(count == MANY + 2);
  for (int i = count - 1; i >= 0; i -= 77) {
    seekdir(dir, places[i]);
    struct dirent *entry = readdir(dir);
    EXPECT(entry != NULL && strcmp(entry->d_name, names[i]) == 0);
  }
  rewinddir(dir);
  make("dir/late", "");
  struct dirent *entry;
  while ((entry = readdir(dir)) != NULL && strcmp(entry->d_name, "late") != 0) continue;
  EXPECT(entry != NULL);
}

static void directory_mtime(void) {
  struct timespec set[2] = {{1000000000, 0}, {1000000000, 0}};
  EXPECT(mkdir("dir", 0755) == 0);
  EXPECT(utimensat(AT_FDCWD, "dir", set, 0) == 0);
  EXPECT(stat_of("dir").st_mtim.tv_sec == 1000000000);
  make("dir/file", "");
  EXPECT(stat_of("dir").st_mtim.tv_sec > 1000000000);
  EXPECT(utimensat(AT_FDCWD, "dir", set, 0) == 0);
  EXPECT(unlink("dir/file") == 0);
  EXPECT(stat_of("dir").st_mtim.tv_sec > 1000000000);
}

static void kinds(void) {
  EXPECT(mkdir("dir", 0755) == 0);
  make("file", "text");
  FAILS(open("dir", O_WRONLY), EISDIR);
  FAILS(unlink("dir"), EISDIR);
  FAILS(rmdir("file"), ENOTDIR);
  FAILS(open("file/", O_RDONLY), ENOTDIR);
  FAILS(open("file/x", O_RDONLY), ENOTDIR);
  FAILS(open("file", O_RDONLY | O_DIRECTORY), ENOTDIR);
  FAILS(open("new/", O_WRONLY | O_CREAT, 0644), EISDIR);
  EXPECT(mkdir("new/", 0755) == 0);
  make("dir/inside", "");
  FAILS(rmdir("dir"), ENOTEMPTY);
}

static void long_name(void) {
  char name[257];
  memset(name, 'n', sizeof name);
  name[256] = 0;
  FAILS(open(name, O_WRONLY | O_CREAT, 0644), ENAMETOOLONG);
  FAILS(access(name, F_OK), ENAMETOOLONG);
  name[255] = 0;
  make(name, "text");
  EXPECT(file_holds(name, "text"));
}
