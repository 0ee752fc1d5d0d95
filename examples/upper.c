/* Copies a file in capitals: upper IN OUT */
#include <ctype.h>
#include <stdio.h>

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: upper IN OUT\n"), 2;
  FILE *in = fopen(argv[1], "r");
  if (!in) return perror(argv[1]), 1;
  FILE *out = fopen(argv[2], "w");
  if (!out) return perror(argv[2]), 1;
  for (int c; (c = fgetc(in)) != EOF;) fputc(toupper(c), out);
  return fclose(in), fclose(out);
}
