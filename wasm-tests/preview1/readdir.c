// fd_readdir: `.` and `..`, types and inodes, a buffer filled to its end, and going on at any cookie.
#include "files.h"

/** More than fit into any of the buffers. */
#define MANY 120
#define MOST (MANY + 2)

typedef struct {
  __wasi_dirent_t head;
  char name[32];
} entry_t;

/** Reads once with a buffer of `capacity` bytes; returns how many whole entries there were, and the bytes used. */
static int list(fd_t dir, __wasi_dircookie_t cookie, size_t capacity, entry_t *entries, __wasi_size_t *used) {
  static uint8_t buffer[8192];
  int count = 0;
  *used = 0;
  if (!OK(__wasi_fd_readdir(dir, buffer, capacity, cookie, used))) return 0;
  HOLDS(*used <= capacity);
  for (size_t at = 0; at + sizeof(__wasi_dirent_t) <= *used && count < MOST; count++) {
    entry_t *entry = &entries[count];
    memcpy(&entry->head, buffer + at, sizeof entry->head);
    at += sizeof entry->head + entry->head.d_namlen;
    if (at > *used || entry->head.d_namlen >= sizeof entry->name) break;
    memcpy(entry->name, buffer + at - entry->head.d_namlen, entry->head.d_namlen);
    entry->name[entry->head.d_namlen] = 0;
  }
  return count;
}

static const entry_t *find(const entry_t *entries, int count, const char *name) {
  for (int i = 0; i < count; i++) {
    if (strcmp(entries[i].name, name) == 0) return &entries[i];
  }
  return NULL;
}

static void has(const entry_t *entries, int count, const char *name, __wasi_filetype_t type, __wasi_inode_t inode) {
  const entry_t *entry = find(entries, count, name);
  if (!HOLDS(entry != NULL)) return;
  SAME(entry->head.d_type, type);
  SAME(entry->head.d_ino, inode);
}

static __wasi_inode_t inode_of(fd_t dir) {
  __wasi_filestat_t stat = {0};
  OK(__wasi_fd_filestat_get(dir, &stat));
  return stat.ino;
}

static void an_empty_directory(fd_t dir) {
  entry_t entries[MOST];
  __wasi_size_t used;
  int count = list(dir, 0, 256, entries, &used);
  SAME(count, 2);
  HOLDS(used < 256);
  has(entries, count, ".", __WASI_FILETYPE_DIRECTORY, inode_of(dir));
  has(entries, count, "..", __WASI_FILETYPE_DIRECTORY, inode_of(PREOPEN));
}

static void every_type(fd_t dir) {
  entry_t entries[MOST], rest[MOST];
  __wasi_size_t used;
  __wasi_filestat_t file, link, sub;
  OK(touch(dir, "plain"));
  OK(__wasi_path_create_directory(dir, "sub"));
  OK(__wasi_path_symlink("plain", dir, "soft"));
  OK(__wasi_path_filestat_get(dir, 0, "plain", &file));
  OK(__wasi_path_filestat_get(dir, 0, "soft", &link));
  OK(__wasi_path_filestat_get(dir, 0, "sub", &sub));
  int count = list(dir, 0, 512, entries, &used);
  SAME(count, 5);
  HOLDS(used < 512);
  has(entries, count, ".", __WASI_FILETYPE_DIRECTORY, inode_of(dir));
  has(entries, count, "..", __WASI_FILETYPE_DIRECTORY, inode_of(PREOPEN));
  has(entries, count, "plain", __WASI_FILETYPE_REGULAR_FILE, file.ino);
  has(entries, count, "sub", __WASI_FILETYPE_DIRECTORY, sub.ino);
  has(entries, count, "soft", __WASI_FILETYPE_SYMBOLIC_LINK, link.ino);

  // From each entry's cookie the ones behind it follow, in the same order.
  for (int i = 0; i < count; i++) {
    int left = list(dir, entries[i].head.d_next, 512, rest, &used);
    SAME(left, count - 1 - i);
    for (int k = 0; k < left && k < count - 1 - i; k++) HOLDS(strcmp(rest[k].name, entries[i + 1 + k].name) == 0);
  }
  OK(__wasi_path_unlink_file(dir, "soft"));
  OK(__wasi_path_unlink_file(dir, "plain"));
  OK(__wasi_path_remove_directory(dir, "sub"));
}

/** Lists with small buffers: only a buffer that is not full means the end. */
static void in_pieces(fd_t dir, size_t capacity) {
  entry_t entries[MOST];
  bool seen[MANY] = {false};
  int total = 0, files = 0, calls = 0;
  __wasi_dircookie_t cookie = 0;
  __wasi_size_t used = capacity;
  while (used == capacity && ++calls < 1000) {
    int count = list(dir, cookie, capacity, entries, &used);
    if (used == capacity && !HOLDS(count > 0)) break;
    for (int i = 0; i < count; i++) {
      unsigned number = MANY;
      if (sscanf(entries[i].name, "entry-%u", &number) == 1 && number < MANY && !seen[number]) {
        seen[number] = true;
        files++;
      }
    }
    total += count;
    if (count > 0) cookie = entries[count - 1].head.d_next;
  }
  SAME(total, MANY + 2);
  SAME(files, MANY);
}

static void many_entries(fd_t dir) {
  char name[32];
  for (int i = 0; i < MANY; i++) {
    snprintf(name, sizeof name, "entry-%d", i);
    OK(touch(dir, name));
  }
  in_pieces(dir, 64);
  in_pieces(dir, 256);
  in_pieces(dir, 8192);
  for (int i = 0; i < MANY; i++) {
    snprintf(name, sizeof name, "entry-%d", i);
    OK(__wasi_path_unlink_file(dir, name));
  }
}

int main(void) {
  fd_t dir = enter();
  an_empty_directory(dir);
  every_type(dir);
  many_entries(dir);
  leave(dir);
  return finish();
}
