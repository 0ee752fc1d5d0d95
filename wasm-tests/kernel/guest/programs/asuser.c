/* asuser ID COMMAND...: runs a command as the user and the group of this number, with no other group. */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int id = atoi(argv[1]);
  if (setgroups(0, NULL) != 0 || setgid(id) != 0 || setuid(id) != 0) return 1;
  execvp(argv[2], argv + 2);
  perror(argv[2]);
  return 127;
}
