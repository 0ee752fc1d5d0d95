/*
 * exerciser BASE SEED CALLS [a][l][c]: makes random file-system calls below an empty directory and prints each with
 * its result. One source for Linux and WASI: the same seed must print the same text (see docs/linux.md).
 *   a  print access times of files; l  of symlinks; c  print moved times
 */
#include "calls-dir.h"
#include "calls-fd.h"
#include "calls-io.h"
#include "calls-path.h"
#include "calls-stream.h"
#include "look.h"
#include "paths.h"

/* Exit status where openat2(2) cannot be called. */
#define NO_ORACLE 77

static const struct {
  int weight;
  void (*make)(void);
} CALLS[] = {
    {120, call_open},     {20, call_reopen},   {20, call_close},    {45, call_read},     {30, call_pread},
    {25, call_readv},     {55, call_write},    {35, call_pwrite},   {25, call_writev},   {45, call_lseek},
    {30, call_ftruncate}, {12, call_truncate}, {12, call_fallocate}, {8, call_fsync},    {35, call_fstat},
    {15, call_getfl},     {20, call_setfl},    {10, call_renumber}, {25, call_futimens}, {45, call_utimens},
    {60, call_stat},      {65, call_mkdir},    {40, call_rmdir},    {55, call_unlink},   {12, call_remove},
    {90, call_rename},    {60, call_link},     {60, call_symlink},  {30, call_readlink}, {15, call_access},
    {30, call_list},      {12, call_list_changing}, {6, call_purge}, {25, call_stream},  {8, call_walk},
    {20, call_removed_directory}, {1, call_chain}, {2, call_ends},
};

static void make_any_call(void) {
  static int total;
  if (total == 0)
    for (int i = 0; i < COUNT(CALLS); i++) total += CALLS[i].weight;
  int at = below(total), i = 0;
  while (at >= CALLS[i].weight) at -= CALLS[i++].weight;
  CALLS[i].make();
}

int main(int argc, char **argv) {
  begin(argc, argv);
  if (argc < 4) {
    fprintf(stderr, "usage: %s DIRECTORY SEED CALLS [a][l][c]\n", argv[0]);
    return 2;
  }
  random_state = strtoull(argv[2], NULL, 10);
  int calls = atoi(argv[3]);
  const char *tell = argc > 4 ? argv[4] : "";
  tell_file_atimes = strchr(tell, 'a') != NULL;
  tell_link_atimes = strchr(tell, 'l') != NULL;
  tell_moves = strchr(tell, 'c') != NULL;
  began = time(NULL);
  empty_slots();
#ifndef __wasi__
  umask(022);
#endif
  base_fd = open(base, O_RDONLY | O_DIRECTORY);
  if (base_fd < 0) {
    fprintf(stderr, "%s: %s\n", base, strerror(errno));
    return 2;
  }
#ifndef __wasi__
  int probe = open_beneath(base_fd, ".", O_PATH, 0);
  if (probe < 0) {
    fprintf(stderr, "openat2: %s\n", strerror(errno));
    return NO_ORACLE;
  }
  close(probe);
#endif
  for (int i = 1; i <= calls; i++) {
    say("%d", i);
    make_any_call();
  }
  walk_all();
  for (int i = 0; i < SLOTS; i++) close_slot(i);
  walk_all();
  return 0;
}
