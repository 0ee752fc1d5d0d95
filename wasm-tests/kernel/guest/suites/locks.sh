# flock(2) and fcntl(2) between two mounts, which are two clients of the server.
locks "$DIR" "$OTHER" >/tmp/locks 2>&1
while read -r result title; do
  case $result in
  yes) say "ok locks: $title" ;;
  *) say "not ok locks: $title"; say "| $result" ;;
  esac
done </tmp/locks
check 'locks: the program has come to its end' grep -q '^yes end$' /tmp/locks
