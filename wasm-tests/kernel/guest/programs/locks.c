/* locks DIR OTHER: locks on one file through two mounts of a directory. */
#include "claims.h"
#include <sys/file.h>

static char one[4096], two[4096];

static int range(int fd, int command, int type, off_t start, off_t length, struct flock *out) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
  int result = fcntl(fd, command, &lock);
  if (out != NULL) *out = lock;
  return result;
}

/* Runs a part in a process of its own, which tells by one byte that it has its lock, and ends after `hold` seconds. */
static pid_t holder(void (*take)(int fd), const char *path, double hold) {
  int ready[2];
  if (pipe(ready) != 0) exit(1);
  pid_t child = fork();
  if (child == 0) {
    int fd = open(path, O_RDWR);
    take(fd);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    usleep(hold * 1e6);
    _exit(0);
  }
  char byte;
  close(ready[1]);
  if (read(ready[0], &byte, 1) != 1) exit(1);
  close(ready[0]);
  return child;
}

static void take_flock(int fd) { claim("the other mount takes flock(LOCK_EX)", flock(fd, LOCK_EX) == 0); }
static void take_shared(int fd) { claim("the other mount takes flock(LOCK_SH)", flock(fd, LOCK_SH) == 0); }
static void take_range(int fd) {
  claim("the other mount locks bytes 10 to 19", range(fd, F_SETLK, F_WRLCK, 10, 10, NULL) == 0);
}

static void end(pid_t child) {
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

/* A blocking call gets the lock soon after the other one is gone. */
static void waits(const char *title, double hold, double took) {
  if (took >= hold - 0.3 && took < hold + 4) printf("yes %s\n", title);
  else printf("waits=%.1fs %s\n", took, title);
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  in(one, argv[1], "lock");
  in(two, argv[2], "lock");
  int fd = open(one, O_RDWR | O_CREAT, 0666);
  if (write(fd, "some content to lock, of 40 bytes or so.", 40) != 40) return 1;
  fsync(fd);

  pid_t child = holder(take_flock, two, 30);
  fails("flock(LOCK_EX|LOCK_NB) then fails", flock(fd, LOCK_EX | LOCK_NB), EWOULDBLOCK);
  fails("flock(LOCK_SH|LOCK_NB) then fails", flock(fd, LOCK_SH | LOCK_NB), EWOULDBLOCK);
  end(child);
  claim("after the death of its holder it is free", flock(fd, LOCK_EX | LOCK_NB) == 0);
  claim("flock(LOCK_UN)", flock(fd, LOCK_UN) == 0);

  child = holder(take_shared, two, 30);
  claim("two hold LOCK_SH", flock(fd, LOCK_SH | LOCK_NB) == 0);
  fails("an upgrade of one fails meanwhile", flock(fd, LOCK_EX | LOCK_NB), EWOULDBLOCK);
  flock(fd, LOCK_UN);
  end(child);

  child = holder(take_flock, two, 3);
  double begin = now();
  claim("a waiting flock gets the lock", flock(fd, LOCK_EX) == 0);
  waits("it waits no longer than the holder holds", 3, now() - begin);
  flock(fd, LOCK_UN);
  end(child);

  child = holder(take_range, two, 30);
  claim("bytes before and behind can be locked", range(fd, F_SETLK, F_WRLCK, 0, 10, NULL) == 0 &&
                                                     range(fd, F_SETLK, F_WRLCK, 20, 0, NULL) == 0);
  fails("F_SETLK of a byte within fails", range(fd, F_SETLK, F_RDLCK, 15, 1, NULL), EAGAIN);
  struct flock found;
  claim("F_GETLK tells the range", range(fd, F_GETLK, F_WRLCK, 0, 0, &found) == 0 && found.l_type == F_WRLCK &&
                                       found.l_start == 10 && found.l_len == 10);
  claim("F_GETLK of free bytes tells F_UNLCK",
        range(fd, F_GETLK, F_WRLCK, 0, 5, &found) == 0 && found.l_type == F_UNLCK);
  /* The kernel's 9P client waits for its replies in a state that only a deadly signal ends (wait_event_killable). */
  pid_t waiter = fork();
  if (waiter == 0) {
    range(fd, F_SETLKW, F_WRLCK, 12, 1, NULL);
    _exit(1);
  }
  usleep(500000);
  begin = now();
  end(waiter);
  claim("a process that waits for a lock can be killed", now() - begin < 5);
  end(child);
  claim("after the death of its holder the range is free", range(fd, F_SETLK, F_WRLCK, 0, 0, NULL) == 0);
  range(fd, F_SETLK, F_UNLCK, 0, 0, NULL);

  child = holder(take_range, two, 3);
  begin = now();
  claim("a waiting F_SETLKW gets the lock", range(fd, F_SETLKW, F_WRLCK, 0, 0, NULL) == 0);
  waits("F_SETLKW waits no longer than the holder holds", 3, now() - begin);
  end(child);

  int again = open(one, O_RDWR);
  close(again);
  child = fork();
  if (child == 0) {
    int other = open(two, O_RDWR);
    claim("a close of another descriptor of the file gives up the range", range(other, F_SETLK, F_WRLCK, 0, 0, NULL) == 0);
    _exit(0);
  }
  waitpid(child, NULL, 0);

  claim("flock on a file without a name", flock(fd, LOCK_EX) == 0);
  unlink(one);
  claim("it is kept", flock(fd, LOCK_EX) == 0 && flock(fd, LOCK_UN) == 0);
  close(fd);
  puts("yes end");
}
