# A row of the plan: mounts, runs the suites, unmounts. $DIR is an empty directory on the mount, $OTHER the same
# directory through a second mount, a client of its own.
options="version=9p2000.L,cache=$cache,aname=$aname,msize=$msize"
case $transport in
tcp) options="$options,trans=tcp,port=$port" source=10.0.2.2 ;;
unix) options="$options,trans=unix" source=/run/9p ;;
virtio) options="$options,trans=virtio" source=host9p ;;
esac
say "row $transport $aname cache=$cache"
if [ "$transport" = tmpfs ]; then
  mkdir -p /mnt/one
  mount -t tmpfs tmp /mnt/one && ln -s one /mnt/two
elif [ "$transport" != tcp ]; then
  # There is one channel alone.
  mkdir -p /mnt/one
  mount -t 9p -o "$options" "$source" /mnt/one && ln -s one /mnt/two
else
  mkdir -p /mnt/one /mnt/two
  mount -t 9p -o "$options" "$source" /mnt/one && mount -t 9p -o "$options" "$source" /mnt/two
fi >/tmp/output 2>&1
if check 'mount' sh -c 'cat /tmp/output; grep -q " /mnt/one " /proc/mounts && [ -e /mnt/two/. ]'; then
  df /mnt/one | awk 'END { print $3 }' >/tmp/used
  DIR=/mnt/one/work OTHER=/mnt/two/work
  for suite in $suites; do
    check "$suite: an empty directory" mkdir "$DIR" || break
    (cd "$DIR" && . "/kernel/suites/$suite.sh")
    rm -rf "$DIR"
  done
  empty 'nothing is left' /mnt/one
  # A directory of the host is on a disk that others use.
  # With a cache the kernel keeps inodes, and fids with them, until it needs the memory.
  [ "$aname" = dir ] || check 'all blocks are free again' sh -c '
    echo 3 >/proc/sys/vm/drop_caches
    for i in 1 2 3 4 5 6 7 8 9 10; do
      df /mnt/one | awk "END { print \$3 }" >/tmp/used-now
      cmp -s /tmp/used /tmp/used-now && exit 0
      sleep 1
    done
    diff /tmp/used /tmp/used-now'
  check 'umount' umount /mnt/one
  [ -h /mnt/two ] || check 'umount of the second mount' umount /mnt/two
fi
rm -rf /mnt/two /mnt/one
