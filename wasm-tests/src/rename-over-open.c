/* A rename over an open file: the file that had the name becomes the orphan, the renamed one keeps its descriptor. */
#include "trace-dir.h"

int main(int argc, char **argv) {
  begin(argc, argv);
  int source = t_open("a", O_RDWR | O_CREAT);
  int target = t_open("b", O_RDWR | O_CREAT);
  t_write(source, "from a");
  t_write(target, "from b, longer");
  t_rename("a", "b");
  host("renamed");
  t_list(".");
  t_names("b", source);
  t_names("b", target);
  t_fstat(source);
  t_fstat(target);
  t_pread(target, 32, 0);

  t_write(target, ", still b");
  t_write(source, ", now b");
  host("written");
  t_pread(target, 32, 0);
  int reopened = t_open("b", O_RDONLY);
  t_read(reopened, 32);
  t_close(reopened);

  /* Renames that fail, or that change nothing, make no orphan. */
  t_rename("a", "b");
  t_rename("b", "b");
  t_mkdir("d");
  t_rename("b", "d");
  t_rename("d", "b");
  host("unchanged");
  t_fstat(source);

  t_close(target);
  host("closed");
  t_pread(source, 32, 0);
  t_close(source);
  t_list(".");
}
