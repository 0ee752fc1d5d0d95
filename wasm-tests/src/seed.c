#include <fcntl.h>
#include <unistd.h>
int main() {
  const char *path = "/tmp/.tmp123456";
  int fd = open(path, O_WRONLY | O_CREAT);   /* create and open   */
  unlink(path);                              /* delete the name   */
  close(fd);                                 /* used to crash: the metadata was freed at unlink */
}
