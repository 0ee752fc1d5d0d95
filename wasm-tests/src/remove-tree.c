/* A whole tree is removed beneath open descriptors, and another of the same names built in its place. */
#include "trace-dir.h"

static int top, middle, leaf, top_file, middle_file, leaf_file;

static void make(const char *name, const char *text, int *fd) {
  *fd = t_open(name, O_RDWR | O_CREAT | O_EXCL);
  if (write(*fd, text, strlen(text)) < 0) abort();
}

/* Removes everything below `name`, then `name`: the listing goes on while its entries disappear. */
static void remove_tree(const char *name, int *files, int *directories) {
  DIR *dir = opendir(at(name));
  struct dirent *entry;
  while (dir && (entry = readdir(dir))) {
    char below[512];
    struct stat st;
    if (is_dot(entry->d_name)) continue;
    snprintf(below, sizeof below, "%s/%s", name, entry->d_name);
    if (lstat(at(below), &st) == 0 && S_ISDIR(st.st_mode)) remove_tree(below, files, directories);
    else if (unlink(at(below)) == 0) ++*files;
  }
  if (dir) closedir(dir);
  if (rmdir(at(name)) == 0) ++*directories;
}

static void remove_all(void) {
  int files = 0, directories = 0;
  remove_tree("t", &files, &directories);
  say("removed %d files and %d directories", files, directories);
}

int main(int argc, char **argv) {
  begin(argc, argv);
  t_mkdir("t");
  t_mkdir("t/m");
  t_mkdir("t/m/l");
  make("t/f", "top", &top_file);
  make("t/m/f", "middle", &middle_file);
  make("t/m/l/f", "leaf", &leaf_file);
  for (int i = 0; i < 20; i++) {
    char name[32];
    snprintf(name, sizeof name, "t/m/l/more%d", i);
    close(open(at(name), O_WRONLY | O_CREAT, 0666));
  }
  top = t_open("t", O_RDONLY | O_DIRECTORY);
  middle = t_open("t/m", O_RDONLY | O_DIRECTORY);
  leaf = t_open("t/m/l", O_RDONLY | O_DIRECTORY);
  t_rmdir("t");
  host("built");
  remove_all();
  host("removed");

  t_list(".");
  t_fstat(top);
  t_fstat(middle);
  t_fstat(leaf);
  t_fstat(top_file);
  t_fstat(middle_file);
  t_fstat(leaf_file);
  t_listat(top);
  t_listat(middle);
  t_openat(top, "m", O_RDONLY);
  t_openat(top, "m/l/f", O_RDONLY);
  t_openat(middle, "l", O_RDONLY);
  t_openat(leaf, "f", O_RDONLY);
  t_openat(leaf, "new", O_WRONLY | O_CREAT);
  t_mkdirat(middle, "l");
  t_statat(leaf, ".");
  t_pread(top_file, 16, 0);
  t_pread(middle_file, 16, 0);
  t_pread(leaf_file, 16, 0);

  /* The same names again: no old descriptor leads into the new tree. */
  int new_file;
  t_mkdir("t");
  t_mkdir("t/m");
  t_mkdir("t/m/l");
  make("t/m/l/f", "new leaf", &new_file);
  host("rebuilt");
  t_openat(top, "m", O_RDONLY);
  t_openat(middle, "l/f", O_RDONLY);
  t_openat(leaf, "f", O_RDONLY);
  t_unlinkat(leaf, "f");
  t_rmdirat(middle, "l");
  t_write(leaf_file, ", old");
  t_pread(leaf_file, 16, 0);
  t_pread(new_file, 16, 0);
  t_names("t/m/l/f", new_file);

  /* Closed from the top down: a child does not need its parent. */
  t_close(top);
  t_close(middle);
  host("top-closed");
  t_fstat(leaf);
  t_statat(leaf, ".");
  t_close(top_file);
  t_close(middle_file);
  t_close(leaf);
  host("directories-closed");
  t_pread(leaf_file, 16, 0);
  t_close(leaf_file);
  host("closed");
  remove_all();
  host("new-removed");
  t_fstat(new_file);
  t_pread(new_file, 16, 0);
  t_close(new_file);
  t_list(".");
}
