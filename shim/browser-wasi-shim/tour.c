/* A tour of the file calls; prints a line for each result. Arguments: a directory, then the parts to run. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
  int number;
  const char *name;
} NAMES[] = {
    {0, "ok"},           {EACCES, "EACCES"},       {EBADF, "EBADF"},         {EBUSY, "EBUSY"},
    {EEXIST, "EEXIST"},  {EFBIG, "EFBIG"},         {EINVAL, "EINVAL"},       {EIO, "EIO"},
    {EISDIR, "EISDIR"},  {ELOOP, "ELOOP"},         {ENOENT, "ENOENT"},       {ENOTDIR, "ENOTDIR"},
    {ENOTEMPTY, "ENOTEMPTY"}, {ENOTSUP, "ENOTSUP"}, {EPERM, "EPERM"},        {EXDEV, "EXDEV"},
    {ENAMETOOLONG, "ENAMETOOLONG"}, {ESPIPE, "ESPIPE"},
};

static const char *why(long result) {
  int number = result < 0 ? errno : 0;
  for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
    if (NAMES[i].number == number) return NAMES[i].name;
  return strerror(number);
}

/* Runs a call and prints its text and errno. */
#define TELL(call)                          \
  do {                                      \
    long result_ = (long)(call);            \
    printf("%s: %s\n", #call, why(result_)); \
  } while (0)

/* The same for a call that returns a number. */
#define COUNT(call)                                                     \
  do {                                                                  \
    long result_ = (long)(call);                                        \
    if (result_ < 0) printf("%s: %s\n", #call, why(result_));           \
    else printf("%s: %ld\n", #call, result_);                           \
  } while (0)

static int closed(int fd) { return fd < 0 ? fd : close(fd); }

/* Creates a file with that text. */
static void make(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
    printf("make %s: %s\n", path, why(-1));
    exit(3);
  }
  close(fd);
}

/* Prints the contents of a file. */
static void show(const char *path) {
  char text[256];
  int fd = open(path, O_RDONLY);
  ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (size < 0) printf("%s: %s\n", path, why(-1));
  else printf("%s: \"%.*s\"\n", path, (int)size, text);
  if (fd >= 0) close(fd);
}

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Prints the sorted names of a directory. */
static void list(const char *path) {
  char *names[512];
  int count = 0;
  DIR *dir = opendir(path);
  if (!dir) {
    printf("list %s: %s\n", path, why(-1));
    return;
  }
  for (struct dirent *entry; (entry = readdir(dir)) && count < 512;) names[count++] = strdup(entry->d_name);
  closedir(dir);
  qsort(names, count, sizeof *names, compare);
  printf("list %s:", path);
  for (int i = 0; i < count; i++) {
    printf(" %s", names[i]);
    free(names[i]);
  }
  printf("\n");
}

static void stat_of(const char *path) {
  struct stat st;
  if (stat(path, &st) < 0) printf("stat %s: %s\n", path, why(-1));
  else printf("stat %s: %s %lld\n", path, S_ISDIR(st.st_mode) ? "directory" : "file",
              S_ISDIR(st.st_mode) ? 0LL : (long long)st.st_size);
}

/* Operations that every kind of Fd supports. */
static void files(void) {
  char text[64] = {0};
  TELL(closed(open("missing", O_RDONLY)));
  make("a", "hello world");
  show("a");
  stat_of("a");
  TELL(closed(open("a", O_WRONLY | O_CREAT | O_EXCL, 0644)));
  TELL(closed(open("a/b", O_RDONLY)));
  TELL(closed(open("new/", O_WRONLY | O_CREAT, 0644)));
  int fd = open("a", O_RDWR);
  COUNT(lseek(fd, 6, SEEK_SET));
  COUNT(write(fd, "9P", 2));
  COUNT(lseek(fd, 0, SEEK_CUR));
  COUNT(lseek(fd, -3, SEEK_END));
  COUNT(lseek(fd, -1, SEEK_SET));
  COUNT(read(fd, text, sizeof text));
  printf("read \"%s\"\n", text);
  COUNT(pwrite(fd, "J", 1, 0));
  COUNT(pread(fd, text, 5, 0));
  printf("pread \"%.5s\"\n", text);
  COUNT(lseek(fd, 0, SEEK_CUR));
  TELL(ftruncate(fd, 4));
  COUNT(lseek(fd, 0, SEEK_END));
  COUNT(lseek(fd, 8, SEEK_SET));
  COUNT(write(fd, "", 0));
  COUNT(lseek(fd, 0, SEEK_END));
  COUNT(lseek(fd, 8, SEEK_SET));
  COUNT(write(fd, "!", 1));
  COUNT(pread(fd, text, sizeof text, 0));
  printf("hole %d %d\n", text[4], text[7]);
  TELL(fsync(fd));
  TELL(close(fd));
  TELL(close(fd));
  fd = open("a", O_RDONLY);
  COUNT(write(fd, "x", 1));
  COUNT(pwrite(fd, "x", 1, 0));
  TELL(ftruncate(fd, 0));
  TELL(close(fd));
  fd = open("a", O_WRONLY);
  COUNT(read(fd, text, 1));
  TELL(close(fd));
  make("log", "one\n");
  fd = open("log", O_WRONLY | O_APPEND);
  int other = open("log", O_WRONLY | O_APPEND);
  COUNT(write(fd, "two\n", 4));
  COUNT(write(other, "three\n", 6));
  COUNT(lseek(fd, 0, SEEK_SET));
  COUNT(write(fd, "four\n", 5));
  TELL(close(fd));
  TELL(close(other));
  show("log");
  fd = open("log", O_RDWR);
  TELL(fcntl(fd, F_SETFL, O_APPEND));
  printf("appends %d\n", (fcntl(fd, F_GETFL) & O_APPEND) != 0);
  COUNT(write(fd, "five\n", 5));
  TELL(close(fd));
  stat_of("log");
  TELL(unlink("log"));
  TELL(unlink("a"));
  TELL(unlink("a"));
}

static void directories(void) {
  TELL(mkdir("d", 0755));
  TELL(mkdir("d", 0755));
  TELL(mkdir("d/e/f", 0755));
  make("d/x", "x");
  TELL(mkdir("d/x", 0755));
  TELL(mkdir("d/x/y", 0755));
  TELL(mkdir("d/sub/", 0755));
  TELL(rmdir("d"));
  TELL(rmdir("d/x"));
  TELL(unlink("d/sub"));
  TELL(closed(open("d", O_WRONLY)));
  TELL(closed(open("d", O_RDONLY | O_DIRECTORY)));
  TELL(closed(open("d/x", O_RDONLY | O_DIRECTORY)));
  list("d");
  list("d/x");
  /* Removes each entry as soon as it is read. */
  TELL(mkdir("many", 0755));
  char path[32];
  for (int i = 0; i < 300; i++) {
    snprintf(path, sizeof path, "many/entry-%03d", i);
    make(path, "");
  }
  DIR *dir = opendir("many");
  int removed = 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "many/%s", entry->d_name);
    if (unlink(path) == 0) removed++;
  }
  printf("removed %d\n", removed);
  closedir(dir);
  list("many");
  TELL(rmdir("many"));
  TELL(unlink("d/x"));
  TELL(rmdir("d/sub"));
  TELL(rmdir("d"));
  stat_of("d");
}

static void names(void) {
  make("a", "A");
  make("b", "B");
  TELL(rename("a", "b"));
  stat_of("a");
  show("b");
  TELL(rename("missing", "c"));
  TELL(rename("b", "nowhere/c"));
  TELL(rename("b", "b"));
  TELL(mkdir("dir", 0755));
  TELL(mkdir("dir/in", 0755));
  TELL(mkdir("empty", 0755));
  TELL(rename("b", "empty"));
  TELL(rename("empty", "b"));
  TELL(rename("empty", "dir"));
  TELL(rename("dir", "dir/in/dir"));
  TELL(rename("dir/", "nowhere/dir"));
  TELL(rename("dir", "empty"));
  TELL(rename("empty/", "dir/"));
  TELL(rename("b", "c/"));
  list("dir");
  TELL(link("b", "l"));
  TELL(link("b", "l"));
  TELL(link("missing", "m"));
  TELL(link("dir", "m"));
  TELL(link("b", "nowhere/m"));
  make("b", "through one name");
  show("l");
  TELL(rename("b", "l"));
  list(".");
  TELL(unlink("b"));
  show("l");
  TELL(unlink("l"));
  TELL(rmdir("dir/in"));
  TELL(rmdir("dir"));
  list(".");
}

/* Operations that need link counts, timestamps and orphans. */
static void inodes(void) {
  struct stat st;
  make("f", "content");
  TELL(link("f", "g"));
  stat("f", &st);
  printf("links %d\n", (int)st.st_nlink);
  ino_t ino = st.st_ino;
  TELL(rename("g", "h"));
  stat("h", &st);
  printf("same inode %d\n", st.st_ino == ino);
  struct timespec times[2] = {{1000000000, 123456789}, {1500000000, 987654321}};
  TELL(utimensat(AT_FDCWD, "f", times, 0));
  stat("f", &st);
  printf("atime %lld.%09ld mtime %lld.%09ld\n", (long long)st.st_atim.tv_sec, st.st_atim.tv_nsec,
         (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  TELL(unlink("h"));
  int fd = open("f", O_RDWR);
  TELL(unlink("f"));
  fstat(fd, &st);
  printf("links %d size %d\n", (int)st.st_nlink, (int)st.st_size);
  COUNT(write(fd, "CON", 3));
  char text[8] = {0};
  COUNT(pread(fd, text, 7, 0));
  printf("\"%s\"\n", text);
  TELL(ftruncate(fd, 1 << 20));
  TELL(futimens(fd, times));
  fstat(fd, &st);
  printf("size %d mtime %lld\n", (int)st.st_size, (long long)st.st_mtime);
  make("f", "another");
  COUNT(pread(fd, text, 7, 0));
  printf("\"%s\"\n", text);
  TELL(close(fd));
  show("f");
  make("t", "target");
  fd = open("t", O_RDONLY);
  TELL(rename("f", "t"));
  COUNT(read(fd, text, 7));
  printf("\"%.6s\"\n", text);
  show("t");
  TELL(close(fd));
  TELL(unlink("t"));
}

static void symlinks(void) {
  char text[64];
  make("target", "seen through a link");
  TELL(symlink("target", "s"));
  TELL(symlink("target", "s"));
  show("s");
  ssize_t size = readlink("s", text, sizeof text);
  printf("readlink \"%.*s\"\n", (int)size, text);
  COUNT(readlink("target", text, sizeof text));
  TELL(symlink("loop", "loop"));
  TELL(closed(open("loop", O_RDONLY)));
  TELL(closed(open("s", O_RDONLY | O_NOFOLLOW)));
  TELL(rename("s", "r"));
  struct stat st;
  TELL(lstat("r", &st));
  printf("symlink %d\n", S_ISLNK(st.st_mode) != 0);
  TELL(unlink("r"));
  TELL(unlink("loop"));
  TELL(unlink("target"));
}

/* Arguments, environment and standard streams. */
static void words(int argc, char **argv) {
  char text[256];
  for (int i = 0; i < argc; i++) printf("<%s>", argv[i]);
  printf("\nWHO=%s\n", getenv("WHO"));
  while (fgets(text, sizeof text, stdin)) printf("> %s", text);
  fprintf(stderr, "to stderr\n");
}

/* Leaves an orphan open. */
static void leave(void) {
  open("left", O_RDWR | O_CREAT, 0644);
  unlink("left");
}

int main(int argc, char **argv) {
  if (argc < 3 || chdir(argv[1]) < 0) return 2;
  for (int i = 2; i < argc; i++) {
    printf("-- %s\n", argv[i]);
    if (!strcmp(argv[i], "files")) files();
    else if (!strcmp(argv[i], "directories")) directories();
    else if (!strcmp(argv[i], "names")) names();
    else if (!strcmp(argv[i], "inodes")) inodes();
    else if (!strcmp(argv[i], "symlinks")) symlinks();
    else if (!strcmp(argv[i], "words")) words(argc, argv);
    else if (!strcmp(argv[i], "leave")) leave();
    else if (!strcmp(argv[i], "exit")) exit(7);
    else if (!strcmp(argv[i], "trap")) __builtin_trap();
    else if (!strcmp(argv[i], "end")) return 0;
    else return 2;
  }
  return 0;
}
