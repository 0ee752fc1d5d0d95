// Symbolic links: made, read, followed only when asked, dangling and in a loop.
#include "files.h"

static void made_and_followed(fd_t dir) {
  OK(touch(dir, "goal"));
  OK(__wasi_path_symlink("goal", dir, "way"));
  OK(probe(dir, FOLLOW, "way", 0));
  EXPECT(probe(dir, 0, "way", 0), LOOP);
  EXPECT(probe(dir, 0, "way", DIRECTORY), NOTDIR);
  EXPECT(probe(dir, FOLLOW, "way", DIRECTORY), NOTDIR);
  OK(__wasi_path_unlink_file(dir, "way"));
  OK(__wasi_path_unlink_file(dir, "goal"));

  OK(__wasi_path_create_directory(dir, "goal"));
  OK(__wasi_path_symlink("goal", dir, "way"));
  OK(probe(dir, FOLLOW, "way", DIRECTORY));
  EXPECT(probe(dir, 0, "way", DIRECTORY), NOTDIR);
  EXPECT(probe(dir, 0, "way", 0), LOOP);
  OK(__wasi_path_unlink_file(dir, "way"));
  OK(__wasi_path_remove_directory(dir, "goal"));
  EXPECT(__wasi_path_symlink("/", dir, "way"), NOTCAPABLE);
  EXPECT(__wasi_path_unlink_file(dir, "way"), NOENT);
}

static void dangling_and_looping(fd_t dir) {
  OK(__wasi_path_symlink("nowhere", dir, "lost"));
  EXPECT(probe(dir, 0, "lost", DIRECTORY), NOTDIR);
  EXPECT(probe(dir, 0, "lost", 0), LOOP);
  EXPECT(probe(dir, FOLLOW, "lost", 0), NOENT);
  OK(__wasi_path_unlink_file(dir, "lost"));

  OK(__wasi_path_symlink("ring", dir, "ring"));
  EXPECT(probe(dir, 0, "ring", 0), LOOP);
  EXPECT(probe(dir, FOLLOW, "ring", 0), LOOP);
  OK(__wasi_path_unlink_file(dir, "ring"));
}

static void read_whole_or_cut(fd_t dir) {
  uint8_t buffer[12];
  __wasi_size_t used = 0;
  OK(touch(dir, "meadow"));
  OK(__wasi_path_symlink("meadow", dir, "gate"));
  memset(buffer, '.', sizeof buffer);
  OK(__wasi_path_readlink(dir, "gate", buffer, sizeof buffer, &used));
  SAME(used, 6);
  BYTES(buffer, "meadow......", 12);
  memset(buffer, '.', sizeof buffer);
  OK(__wasi_path_readlink(dir, "gate", buffer, 3, &used));
  SAME(used, 3);
  BYTES(buffer, "mea.........", 12);
  EXPECT(__wasi_path_readlink(dir, "meadow", buffer, sizeof buffer, &used), INVAL);
  OK(__wasi_path_unlink_file(dir, "gate"));
  OK(__wasi_path_unlink_file(dir, "meadow"));
}

static void types_by_path(fd_t dir) {
  OK(__wasi_path_create_directory(dir, "in"));
  OK(touch(dir, "in/f"));
  OK(__wasi_path_symlink("in/f", dir, "to-file"));
  OK(__wasi_path_symlink("in", dir, "to-dir"));
  static const int lookups[] = {0, FOLLOW};
  for (int i = 0; i < 2; i++) {
    int lookup = lookups[i];
    SAME(type_of(dir, lookup, "in"), __WASI_FILETYPE_DIRECTORY);
    SAME(type_of(dir, lookup, "in/f"), __WASI_FILETYPE_REGULAR_FILE);
    SAME(type_of(dir, lookup, "to-dir/f"), __WASI_FILETYPE_REGULAR_FILE);
  }
  SAME(type_of(dir, 0, "to-file"), __WASI_FILETYPE_SYMBOLIC_LINK);
  SAME(type_of(dir, FOLLOW, "to-file"), __WASI_FILETYPE_REGULAR_FILE);
  SAME(type_of(dir, 0, "to-dir"), __WASI_FILETYPE_SYMBOLIC_LINK);
  SAME(type_of(dir, FOLLOW, "to-dir"), __WASI_FILETYPE_DIRECTORY);
  OK(__wasi_path_unlink_file(dir, "to-dir"));
  OK(__wasi_path_unlink_file(dir, "to-file"));
  OK(__wasi_path_unlink_file(dir, "in/f"));
  OK(__wasi_path_remove_directory(dir, "in"));
}

static void slashes_behind_a_new_name(fd_t dir) {
  EXPECT(__wasi_path_symlink("any", dir, "new/"), NOENT);
  OK(__wasi_path_symlink("any", dir, "new"));
  OK(__wasi_path_unlink_file(dir, "new"));
  OK(__wasi_path_create_directory(dir, "new"));
  EXPECT(__wasi_path_symlink("any", dir, "new/"), EXIST);
  EXPECT(__wasi_path_symlink("any", dir, "new"), EXIST);
  OK(__wasi_path_remove_directory(dir, "new"));
  OK(touch(dir, "new"));
  EXPECT(__wasi_path_symlink("any", dir, "new/"), EXIST);
  EXPECT(__wasi_path_symlink("any", dir, "new"), EXIST);
  OK(__wasi_path_unlink_file(dir, "new"));
}

int main(void) {
  fd_t dir = enter();
  made_and_followed(dir);
  dangling_and_looping(dir);
  read_whole_or_cut(dir);
  types_by_path(dir);
  slashes_behind_a_new_name(dir);
  leave(dir);
  return finish();
}
