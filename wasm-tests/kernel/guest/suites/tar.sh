# GNU tar: a tree into the mount and out of it, with holes, links, modes, times and names that are not UTF-8.
if [ ! -e /tmp/tree.tar ]; then
  mkdir /tmp/source
  (
    cd /tmp/source || exit
    mkdir -p a/b/c 'with space'
    for i in $(seq 1 200); do echo "file $i" >"a/b/file$i"; done
    head -c 2500000 /bin/busybox >a/busybox
    truncate -s 3000000 a/sparse
    echo middle | dd of=a/sparse bs=1 seek=1500000 conv=notrunc 2>/dev/null
    ln a/busybox a/hard
    ln -s ../busybox a/b/soft
    mkfifo a/pipe
    echo latin >"$(printf 'latin\351')"
    chmod 711 a/busybox
    chmod 700 a/b/c
    chown 1000:1000 a/b/file1
    find . -exec touch -h -d @1234567890 {} +
  )
  gnutar -cf /tmp/tree.tar --sort=name -C /tmp/source .
fi
listing() { (cd "$1" && find . -type d -exec stat -c '%n %F %a %u:%g %Y' {} + -o -exec stat -c '%n %F %a %u:%g %h %s %Y' {} + | sort); }
check 'tar: unpacks' gnutar -xpf /tmp/tree.tar -C .
listing /tmp/source >/tmp/expected
listing . >/tmp/got
same 'tar: attributes of all names' /tmp/expected /tmp/got
check 'tar: contents' sh -c 'cd /tmp/source && find . -type f | sort | xargs md5sum >/tmp/sums && cd - >/dev/null && md5sum -c /tmp/sums'
check 'tar: compares its archive with the mount' gnutar -df /tmp/tree.tar -C .
check 'tar: packs' gnutar -cf /tmp/again.tar --sort=name -C . .
check 'tar: the same archive as of tmpfs' cmp /tmp/tree.tar /tmp/again.tar
rm -f /tmp/again.tar
