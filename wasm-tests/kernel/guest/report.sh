# How a suite tells its results: a line on the port of results, and the lines of a failure behind bars.

say() { echo "$*" >&9; }

# check TITLE COMMAND...: passes if the command succeeds; else its output is told.
check() {
  title=$1
  shift
  if "$@" >/tmp/output 2>&1; then
    say "ok $title"
    return 0
  fi
  say "not ok $title"
  head -n 120 /tmp/output | sed 's/^/| /' >&9
  return 1
}

skip() { say "skip $1: $2"; }

# same TITLE EXPECTED GOT: passes if two files are the same; else their difference is told.
same() { check "$1" diff -u "$2" "$3"; }

# empty TITLE DIR: passes if nothing is left in a directory.
empty() { check "$1" sh -c '[ -z "$(find "$1" -mindepth 1 | tee /dev/stderr)" ]' - "$2"; }
