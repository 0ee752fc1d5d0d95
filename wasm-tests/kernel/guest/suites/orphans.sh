# The programs of wasm-tests/src, each in an empty directory. They must print what their tests expect, and exit and leave
# behind what they do on tmpfs.
for program in /kernel/scenarios/*; do
  name=${program##*/}
  [ "$name" = "${name%.stdout}" ] || continue
  if [ ! -e "/tmp/$name.tree" ]; then
    mkdir /tmp/here
    "$program" /tmp/here </dev/null >/dev/null 2>&1
    echo "status $?" >"/tmp/$name.tree"
    (cd /tmp/here && find . ! -type d -exec md5sum {} + -o -print | sort) >>"/tmp/$name.tree"
    rm -rf /tmp/here
  fi
  mkdir "$DIR/here"
  "$program" "$DIR/here" </dev/null >/tmp/trace 2>/dev/null
  echo "status $?" >/tmp/tree
  (cd "$DIR/here" && find . ! -type d -exec md5sum {} + -o -print | sort) >>/tmp/tree
  rm -rf "$DIR/here"
  # The kernel's 9P client has times of whole seconds (s_time_gran): it cuts those that are set by futimens(2).
  grep -v 'time as set' "$program.stdout" >/tmp/expected
  [ "$transport" = tmpfs ] || sed -i '/time as set/d' /tmp/trace
  [ "$transport" = tmpfs ] && cp "$program.stdout" /tmp/expected
  same "$name" /tmp/expected /tmp/trace && cmp -s "/tmp/$name.tree" /tmp/tree ||
    { cmp -s "/tmp/$name.tree" /tmp/tree || same "$name: status and files" "/tmp/$name.tree" /tmp/tree; }
done
