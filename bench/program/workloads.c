// bench WORKLOAD DIRECTORY WARM_UP TARGET CAP [SIZE]: repeats one workload in an empty directory for WARM_UP
// microseconds of CPU time, then measures it for TARGET, and reports operations and time. A workload whose cost grows
// as it goes is measured from beginning to end, unless that takes more than CAP.
#include "tree.h"

enum { FILE_SIZE = 64 << 20, SMALL_FILE = 4096, APPENDED = 32768 * RECORD };

// name, set-up, run, reset, size, period, whole
static const struct workload workloads[] = {
    {"fdstat", full_file, fdstat, NULL, SMALL_FILE, 1, 0},
    {"lseek", full_file, seek, NULL, SMALL_FILE, 1, 0},
    {"tell", full_file, tell, NULL, SMALL_FILE, 1, 0},
    {"fstat", full_file, file_stat, NULL, SMALL_FILE, 1, 0},
    {"pread1", full_file, pread1, NULL, SMALL_FILE, 1, 0},
    {"pwrite1", full_file, pwrite1, NULL, SMALL_FILE, 1, 0},
    {"seqwrite4k", empty_file, write_4k, NULL, FILE_SIZE, -BLOCK, 0},
    {"seqread4k", full_file, read_4k, NULL, FILE_SIZE, -BLOCK, 0},
    {"pread4k", full_file, pread_4k, NULL, FILE_SIZE, 1, 0},
    {"pwrite4k", full_file, pwrite_4k, NULL, FILE_SIZE, 1, 0},
    {"write1m", empty_file, write_1m, NULL, FILE_SIZE, -BIG, 0},
    {"read1m", full_file, read_1m, NULL, FILE_SIZE, -BIG, 0},
    {"readv16", vector_file, read_vector, NULL, BIG, 1, 0},
    {"writev16", vector_file, write_vector, NULL, BIG, 1, 0},
    {"append100", append_file, append_100, NULL, APPENDED, -RECORD, 0},
    {"ftruncate", cut_file, truncate_both, NULL, BIG, 1, 0},
    {"stat1", one_file, stat_file, NULL, 0, 1, 0},
    {"stat8", deep_file, stat_deep, NULL, 0, 1, 0},
    {"statabsent", no_setup, stat_absent, NULL, 0, 1, 0},
    {"openclose", one_file, open_close, NULL, 0, 1, 0},
    {"createunlink", no_setup, create_unlink, NULL, 0, 1, 0},
    {"orphan", no_setup, orphan, NULL, 0, 1, 0},
    {"readdir1k", many_files, list, NULL, 1000, 0, 1},
    {"readdir10k", many_files, list, NULL, 10000, 0, 1},
    {"mkdirrmdir", no_setup, mkdir_rmdir, NULL, 0, 1, 0},
    {"rename", one_file, rename_file, NULL, 0, 1, 0},
    {"renameover", one_file, rename_over, NULL, 0, 1, 0},
    {"link", one_file, link_unlink, NULL, 0, 1, 0},
    {"symlink", no_setup, symlink_read, NULL, 0, 1, 0},
    {"clock", no_setup, clock_get, NULL, 0, 1, 0},
    {"treemake", no_setup, make_tree, remove_tree, 0, TREE_FILES, 1},
    {"treewalk", tree, walk_stat, NULL, 0, TREE_FILES, 1},
    {"treeread", tree, walk_read, NULL, 0, TREE_FILES, 1},
    // For the cold calls only.
    {"nothing", no_setup, nothing, NULL, 0, 1, 0},
    // For the growth check only.
    {"createamong", many_files, create_among, NULL, 1000, 1, 0},
    {"statamong", many_files, stat_among, NULL, 1000, 1, 0},
};

int main(int argc, char **argv) {
  if (argc < 6) die("usage: bench WORKLOAD DIRECTORY WARM_UP TARGET CAP [SIZE]");
#ifndef __wasm__
  MUST(chdir(argv[2]) == 0);
#endif
  for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++) {
    const struct workload *w = &workloads[i];
    if (strcmp(w->name, argv[1]) != 0) continue;
    long size = argc > 6 ? atol(argv[6]) : w->size;
    w->setup(size);
    measure(w, size, atof(argv[3]), atof(argv[4]), atof(argv[5]));
    return 0;
  }
  errno = EINVAL;
  die("no such workload");
}
