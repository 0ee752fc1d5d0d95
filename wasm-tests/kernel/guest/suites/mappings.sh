# Mappings of files that lose their names. Without a cache the kernel maps files for reading alone.
mapped "$DIR" "$cache" >/tmp/mapped 2>&1
while read -r result title; do
  case $result in
  yes) say "ok mmap: $title" ;;
  *) say "not ok mmap: $title"; say "| $result" ;;
  esac
done </tmp/mapped
check 'mmap: the program has come to its end' grep -q '^yes end$' /tmp/mapped
