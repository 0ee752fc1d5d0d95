# A few hundred operations of a shell, with the same output as on tmpfs.
expected=/tmp/operations.$aname
if [ ! -e "$expected" ]; then
  mkdir /tmp/here
  (cd /tmp/here && sh /kernel/operations.sh "$aname" >"$expected" 2>&1)
  rm -rf /tmp/here
fi
sh /kernel/operations.sh "$aname" >/tmp/got 2>&1
same "$(grep -c '^\$ ' "$expected") shell operations" "$expected" /tmp/got
