/* mapped DIR CACHE: mappings of a file that loses its name. */
#include "claims.h"
#include <sys/mman.h>

enum { SIZE = 3 * 4096 + 100 };

static char path[4096];

static char byte_of(int i) { return 'a' + i % 23; }

static int filled(void) {
  static char text[SIZE];
  for (int i = 0; i < SIZE; i++) text[i] = byte_of(i);
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
  if (write(fd, text, SIZE) != SIZE) exit(1);
  return fd;
}

static int is_as_filled(const char *map) {
  for (int i = 0; i < SIZE; i++)
    if (map[i] != byte_of(i)) return 0;
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  in(path, argv[1], "mapped");

  int fd = filled();
  unlink(path);
  char *map = mmap(NULL, SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
  claim("an unlinked file can be mapped to be read", map != MAP_FAILED);
  if (map != MAP_FAILED) {
    claim("it reads as it was written", is_as_filled(map));
    claim("the rest of the last page is zeros", map[SIZE] == 0 && map[4 * 4096 - 1] == 0);
    close(fd);
    claim("the mapping outlives the descriptor", is_as_filled(map));
    munmap(map, SIZE);
  }

  fd = filled();
  map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  claim("a private mapping can be changed", map != MAP_FAILED);
  if (map != MAP_FAILED) {
    char byte;
    map[5] = '!';
    claim("the file is not", pread(fd, &byte, 1, 5) == 1 && byte == byte_of(5));
    munmap(map, SIZE);
  }
  close(fd);

  fd = filled();
  map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (strcmp(argv[2], "none") == 0) fails("a shared mapping to be changed is refused", map == MAP_FAILED ? -1 : 0, EINVAL);
  else {
    claim("a shared mapping can be changed", map != MAP_FAILED);
    if (map != MAP_FAILED) {
      char bytes[6] = "";
      memcpy(map + 4094, "LATER", 5); /* over the border of two pages */
      claim("msync while it has a name", msync(map, SIZE, MS_SYNC) == 0);
      claim("a read sees the change", pread(fd, bytes, 5, 4094) == 5 && memcmp(bytes, "LATER", 5) == 0);
      unlink(path);
      memcpy(map + 8000, "ORPHAN", 6);
      claim("msync when it has none", msync(map, SIZE, MS_SYNC) == 0);
      claim("a read sees that change", pread(fd, bytes, 6, 8000) == 6 && memcmp(bytes, "ORPHAN", 6) == 0);
      struct stat st;
      claim("its size has not changed", fstat(fd, &st) == 0 && st.st_size == SIZE && st.st_nlink == 0);
      map[1] = '#';
      munmap(map, SIZE);
      fsync(fd);
      claim("munmap keeps a change, too", pread(fd, bytes, 1, 1) == 1 && bytes[0] == '#');
    }
  }
  close(fd);
  unlink(path);

  fd = filled();
  close(fd);
  fd = open(path, O_RDONLY);
  map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
  char other[4096];
  in(other, argv[1], "other");
  rename(path, other);
  int replaced = filled();
  claim("a mapped file that is renamed and whose name is used again stays what it was",
        map != MAP_FAILED && ftruncate(replaced, 0) == 0 && is_as_filled(map));
  close(replaced);
  close(fd);
  unlink(path);
  unlink(other);
  puts("yes end");
}
