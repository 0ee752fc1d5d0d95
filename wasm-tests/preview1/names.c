// Names: how paths are taken apart, and rename, link, unlink and rmdir.
#include "files.h"

/** path_open with the path's length given, which the header's function takes from the NUL. */
__attribute__((import_module("wasi_snapshot_preview1"), import_name("path_open"))) extern int32_t
raw_path_open(int32_t dir, int32_t lookup, const char *path, int32_t length, int32_t oflags, int64_t base,
              int64_t inheriting, int32_t fdflags, fd_t *fd);

static error_t mkdir_at(fd_t dir, const char *path) { return __wasi_path_create_directory(dir, path); }
static error_t rmdir_at(fd_t dir, const char *path) { return __wasi_path_remove_directory(dir, path); }
static error_t unlink_at(fd_t dir, const char *path) { return __wasi_path_unlink_file(dir, path); }
static error_t move(fd_t dir, const char *from, const char *to) { return __wasi_path_rename(dir, from, dir, to); }
static error_t hard(fd_t dir, const char *from, const char *to) { return __wasi_path_link(dir, 0, from, dir, to); }

static void paths(fd_t dir) {
  fd_t fd;
  OK(mkdir_at(dir, "up"));
  OK(mkdir_at(dir, "up/low"));
  OK(touch(dir, "up/low/f"));
  OK(probe(dir, 0, "up/low/f", 0));
  EXPECT(probe(dir, 0, "/up/low/f", 0), NOTCAPABLE);
  OK(probe(dir, 0, "up//./low/.././../up/low/..//low/./f", 0));
  EXPECT(raw_path_open(dir, 0, "up/low/f\0", 9, 0, 0, 0, 0, &fd), INVAL);
  EXPECT(raw_path_open(dir, 0, "up\0/low/f", 9, 0, 0, 0, 0, &fd), INVAL);
  EXPECT(probe(dir, 0, "up/low/f/", 0), NOTDIR);
  EXPECT(probe(dir, 0, "up/low/f//", 0), NOTDIR);
  OK(probe(dir, 0, "up/low/", 0));
  OK(probe(dir, 0, "up/low//", 0));
  EXPECT(probe(dir, 0, "up/low/../../../work/up/low/f", 0), NOTCAPABLE);
  EXPECT(probe(dir, 0, "..", 0), NOTCAPABLE);
  OK(unlink_at(dir, "up/low/f"));
  OK(rmdir_at(dir, "up/low"));
  OK(rmdir_at(dir, "up"));
}

static void there_or_not(fd_t dir) {
  EXPECT(probe(dir, 0, "f", 0), NOENT);
  OK(touch(dir, "f"));
  EXPECT(probe(dir, 0, "f", CREAT | EXCL), EXIST);
  OK(probe(dir, 0, "f", CREAT));
  OK(unlink_at(dir, "f"));
  EXPECT(unlink_at(dir, "f"), NOENT);
}

/** A renamed file has its new name only. */
static void moved(fd_t dir, int oflags) {
  EXPECT(probe(dir, 0, "old", oflags), NOENT);
  OK(probe(dir, 0, "new", oflags));
}

static void renamed_directories(fd_t dir) {
  OK(mkdir_at(dir, "old"));
  OK(move(dir, "old", "new"));
  moved(dir, DIRECTORY);
  OK(mkdir_at(dir, "old"));
  OK(move(dir, "old", "new"));
  moved(dir, DIRECTORY);

  OK(mkdir_at(dir, "old"));
  OK(touch(dir, "new/f"));
  EXPECT(move(dir, "old", "new"), NOTEMPTY);
  EXPECT(move(dir, "old", "new/f"), NOTDIR);
  OK(unlink_at(dir, "new/f"));
  OK(rmdir_at(dir, "new"));

  OK(move(dir, "old/", "new"));
  OK(move(dir, "new", "old/"));
  OK(move(dir, "old/", "new/"));
  moved(dir, DIRECTORY);
  OK(move(dir, "new", "old"));
  OK(rmdir_at(dir, "old"));
}

static void renamed_files(fd_t dir) {
  OK(touch(dir, "old"));
  OK(move(dir, "old", "new"));
  moved(dir, 0);
  OK(touch(dir, "old"));
  OK(move(dir, "old", "new"));
  moved(dir, 0);
  OK(unlink_at(dir, "new"));

  OK(touch(dir, "old"));
  OK(mkdir_at(dir, "new"));
  EXPECT(move(dir, "old", "new"), ISDIR);
  OK(rmdir_at(dir, "new"));
  OK(unlink_at(dir, "old"));
}

static void removed(fd_t dir) {
  OK(mkdir_at(dir, "d"));
  EXPECT(unlink_at(dir, "d"), ISDIR);
  EXPECT(unlink_at(dir, "d/"), ISDIR);
  OK(mkdir_at(dir, "d/e"));
  EXPECT(rmdir_at(dir, "d"), NOTEMPTY);
  OK(rmdir_at(dir, "d/e"));
  OK(rmdir_at(dir, "d"));
  OK(mkdir_at(dir, "d"));
  OK(rmdir_at(dir, "d/"));
  EXPECT(rmdir_at(dir, "d"), NOENT);

  OK(touch(dir, "f"));
  EXPECT(rmdir_at(dir, "f"), NOTDIR);
  EXPECT(rmdir_at(dir, "f/"), NOTDIR);
  EXPECT(unlink_at(dir, "f/"), NOTDIR);
  OK(unlink_at(dir, "f"));
}

/** Two descriptors opened alike are of one file and have the same rights. */
static void alike(fd_t one, fd_t other) {
  __wasi_filestat_t a, b;
  __wasi_fdstat_t s, t;
  OK(__wasi_fd_filestat_get(one, &a));
  OK(__wasi_fd_filestat_get(other, &b));
  SAME(a.dev, b.dev);
  SAME(a.ino, b.ino);
  SAME(a.filetype, b.filetype);
  SAME(a.size, b.size);
  SAME(a.nlink, 2);
  SAME(b.nlink, 2);
  SAME(a.atim, b.atim);
  SAME(a.mtim, b.mtim);
  SAME(a.ctim, b.ctim);
  OK(__wasi_fd_fdstat_get(one, &s));
  OK(__wasi_fd_fdstat_get(other, &t));
  SAME(s.fs_filetype, t.fs_filetype);
  SAME(s.fs_flags, t.fs_flags);
  SAME(s.fs_rights_base, t.fs_rights_base);
  SAME(s.fs_rights_inheriting, t.fs_rights_inheriting);
}

static void linked_files(fd_t dir) {
  const __wasi_rights_t rights = READ | RIGHT(FD_FILESTAT_GET);
  fd_t file, link, sub;
  OK(open_at(dir, "f", CREAT, rights, &file));
  OK(hard(dir, "f", "twin"));
  OK(open_at(dir, "twin", 0, rights, &link));
  alike(file, link);
  OK(__wasi_fd_close(link));
  OK(unlink_at(dir, "twin"));

  OK(mkdir_at(dir, "sub"));
  OK(open_dir(dir, "sub", &sub));
  OK(__wasi_path_link(dir, 0, "f", sub, "twin"));
  OK(open_at(sub, "twin", 0, rights, &link));
  alike(file, link);
  OK(__wasi_fd_close(link));
  OK(__wasi_fd_close(file));
  OK(unlink_at(sub, "twin"));
  OK(__wasi_fd_close(sub));

  EXPECT(hard(dir, "f", "f"), EXIST);
  EXPECT(hard(dir, "f", "sub"), EXIST);
  EXPECT(hard(dir, "sub", "twin"), PERM);
  EXPECT(hard(dir, "f", "twin/"), NOENT);
  OK(touch(dir, "twin"));
  EXPECT(hard(dir, "f", "twin"), EXIST);
  OK(unlink_at(dir, "twin"));
  OK(rmdir_at(dir, "sub"));
  OK(unlink_at(dir, "f"));
}

static void linked_links(fd_t dir) {
  static const char *const targets[] = {"nowhere", "soft"};
  for (int i = 0; i < 2; i++) {
    OK(__wasi_path_symlink(targets[i], dir, "soft"));
    OK(hard(dir, "soft", "twin"));
    SAME(type_of(dir, 0, "twin"), __WASI_FILETYPE_SYMBOLIC_LINK);
    OK(unlink_at(dir, "soft"));
    OK(unlink_at(dir, "twin"));
  }
  OK(touch(dir, "f"));
  OK(__wasi_path_symlink("nowhere", dir, "soft"));
  EXPECT(hard(dir, "f", "soft"), EXIST);
  EXPECT(__wasi_path_link(dir, FOLLOW, "soft", dir, "twin"), NOENT);
  OK(unlink_at(dir, "soft"));
  OK(unlink_at(dir, "f"));
}

int main(void) {
  fd_t dir = enter();
  paths(dir);
  there_or_not(dir);
  renamed_directories(dir);
  renamed_files(dir);
  removed(dir);
  linked_files(dir);
  linked_links(dir);
  leave(dir);
  return finish();
}
