/*
 * relay SOCKET PORT: passes bytes between a socket of the file system and a serial port of virtio. The kernel's 9P client
 * reads sockets, but no such port. One client after the other.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char buffer[1 << 16];

/* Passes on what is there; false at the end. */
static int pass(int from, int to) {
  ssize_t count = read(from, buffer, sizeof buffer);
  if (count <= 0) return 0;
  for (ssize_t done = 0, wrote; done < count; done += wrote)
    if ((wrote = write(to, buffer + done, count - done)) <= 0) return 0;
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
  int listener = socket(AF_UNIX, SOCK_STREAM, 0), port = open(argv[2], O_RDWR);
  unlink(argv[1]);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0 || port < 0) {
    perror("relay");
    return 1;
  }
  for (;;) {
    int client = accept(listener, NULL, NULL);
    struct pollfd ends[2] = {{.fd = client, .events = POLLIN}, {.fd = port, .events = POLLIN}};
    for (int alive = 1; alive && poll(ends, 2, -1) > 0;) {
      if (ends[0].revents != 0) alive = pass(client, port);
      if (alive && (ends[1].revents & POLLIN) != 0) alive = pass(port, client);
    }
    close(client);
  }
}
