# operations.sh STORE: operations in the current directory, each with what it prints and its status. Nothing of it may differ between two
# right file systems: no inode numbers, no sizes of directories, no order of a listing.
t() {
  echo "$ $*"
  "$@" 2>&1
  echo "= $?"
}
# show NAME...: the attributes of names.
show() {
  echo "$ show $*"
  for name; do
    if [ -d "$name" ] && [ ! -h "$name" ]; then stat -c '%n %F %a %u:%g %h' "$name"; else stat -c '%n %F %a %u:%g %h %s %Y' "$name"; fi 2>&1
  done
}
# as USER COMMAND...: by another user.
as() {
  user=$1
  shift
  echo "$ as $user: $*"
  asuser "$user" "$@" 2>&1
  echo "= $?"
}
tree() {
  echo '$ tree'
  find . ! -type d -exec stat -c '%n %F %a %s' {} + | sort
  find . -type d -exec stat -c '%n %F %a' {} + | sort
}
at() { touch -h -d "@$1" "$2"; }

umask 022
# Names and contents.
for name in a b 'with space' 'ünïcode' "$(printf 'latin\351')" -dash .hidden 'new
line' "$(printf '%0255d' 0)"; do
  t sh -c 'echo "content of $1" >"./$1"' - "$name"
  at 1000000000 "./$name"
  show "./$name"
  t cat "./$name"
done
t touch "$(printf '%0256d' 0)"
t ls -A
for i in 1 2 3 4 5 6 7 8; do
  t mkdir "d$i"
  t cp a "d$i/copy"
  t mv "d$i/copy" "d$i/moved"
  t ln "d$i/moved" "d$i/hard"
  at "100000000$i" "d$i/moved"
  show "d$i/moved" "d$i"
  t ln -s moved "d$i/soft"
  t readlink "d$i/soft"
  t cat "d$i/soft"
  t rm "d$i/moved"
  t cat "d$i/soft"
  t cat "d$i/hard"
done
t rmdir d1
t rm d1
t mv d2 d1/inside
t mv d1 d1/inside/itself
t mv d3 d4
t mkdir empty
t mv d5 empty/
t rmdir empty
tree
# Replacing.
t mv -f b a
t cat a
t mkdir over under
t sh -c 'mv -T under over'
t ls -d under over
t touch over/x
t mkdir under
t mv -T under over
t mv -T a over
t mv -T under a
t ln a d6/hard
t ln -sf nowhere d6/soft
t cat d6/soft
t ln -sf ../d6 d6/loop
t ls d6/loop/loop/loop
t ln -s self self
t cat self
t cat a/x
t ls absent
t mkdir a/x
t mkdir over/x
# Modes, owners and times.
# A host directory never makes files that lend a user's rights: it clears set-user-ID and set-group-ID.
special='2755 4755 7777'
[ "$1" != dir ] || special=''
for mode in 0 400 644 755 1777 $special; do
  t chmod $mode a
  show a
  t chmod $mode over
  show over
done
t chmod 644 a
t chmod 755 over
t chown 1000:1001 a
show a
t chown -h 7:8 self
at 6 self
show self
if [ "$1" != dir ]; then
  t chmod 6755 a
  t chown 0:0 a
  show a
fi
as 1000 touch mine
t chmod 1777 .
as 1000 touch mine
at 1000000001 mine
show mine
as 1000 mkdir own
show own
as 1000 ln -s mine link
as 1000 rm a
as 1001 rm mine
as 1001 sh -c 'echo no >mine'
t chmod 600 mine
as 1001 cat mine
as 1000 chmod 640 mine
show mine
as 1001 chmod 777 mine
as 1000 chown 1001 mine
as 1000 sh -c 'echo yes >mine; cat mine'
as 1000 touch -d @7 mine
as 1001 touch -d @8 mine
show mine
t chmod 755 .
if [ "$1" != dir ]; then
  t chmod 2775 over
  t chown 0:55 over
  t touch over/of-group
  at 5 over/of-group
  t mkdir over/dir-of-group
  show over/of-group over/dir-of-group
fi
for second in 0 1 2147483647 2147483648 4294967296 9999999999; do
  t touch -d @$second a
  show a
done
t touch -h -d @77 self
show self
umask 077
t touch private
at 3 private
t mkdir private-dir
show private private-dir
umask 022
# Sizes, holes, appends, overwrites.
for size in 0 1 4095 4096 4097 65536 1000000; do
  t truncate -s $size sized
  at 9 sized
  show sized
  t sh -c 'md5sum <sized'
  t sh -c 'echo end >>sized; tail -c 4 sized; wc -c <sized'
done
for seek in 0 1 511 4096 70000; do
  t sh -c "echo here | dd of=holes bs=1 seek=$seek conv=notrunc 2>/dev/null"
  t md5sum holes
done
t sh -c 'dd if=/dev/zero of=zeros bs=65536 count=20 2>/dev/null; md5sum zeros'
t sh -c 'yes 0123456789abcdef | head -c 3000000 >big; md5sum big'
t sh -c 'cp big big2; cmp big big2; head -c 1234567 big >part; truncate -s 1234567 big2; cmp part big2'
t sh -c 'dd if=big of=big2 bs=1000 skip=7 seek=3 count=99 conv=notrunc 2>/dev/null'
t md5sum big2
t sh -c ': >big2; wc -c big2'
for skip in 0 1 2 3; do t sh -c "dd if=big of=piece.$skip bs=750000 skip=$skip count=1 2>/dev/null"; done
t sh -c 'cat piece.* | cmp - big'
t sh -c 'seq 3000 >seq; sed -i s/9/nine/g seq; md5sum seq'
t sort -r -o seq seq
t md5sum seq
t sh -c 'tee one two three <seq | md5sum; md5sum one two three'
t sh -c 'grep -c nine one two'
t sh -c 'exec 3<>rw; echo first >&3; echo second >>rw; cat rw; cat <&3'
t sh -c 'exec 3<one; rm one; wc -l <&3; cat one'
# Programs and pipes.
t sh -c 'printf "#!/bin/sh\necho run \$1\n" >script; chmod +x script; ./script it'
t sh -c 'chmod -x script; ./script it'
t sh -c 'cp /bin/busybox ./box; ./box echo from the mount'
t sh -c 'mkfifo pipe; (echo through >pipe &) ; cat pipe'
at 4 pipe
show pipe
# Many names.
t mkdir many
t sh -c 'cd many; i=0; while [ $i -lt 300 ]; do : >n$i; i=$((i + 1)); done; ls | wc -l'
t sh -c 'ls many | sort | md5sum'
t sh -c 'find many -name "n*7" -delete; ls many | wc -l'
t sh -c 'cd many; for f in n?; do mv $f renamed-$f; done; ls renamed-* | wc -l'
t sh -c 'cp -a many many2; diff -r many many2'
t sh -c 'ls many | xargs -n 50 sh -c "cd many; rm \"\$@\"" -'
t rmdir many
t rm -r many2
# Deep paths, and a directory that goes away. Linux itself asks for the name of a removed directory again, so `ls` there
# is ENOENT on 9P.
t sh -c 'p=.; for i in 1 2 3 4 5 6 7 8 9 10; do p=$p/a-directory-of-the-level-$i; done; mkdir -p deep/$p; echo x >deep/$p/file; find deep | wc -l; cat deep/$p/file'
t sh -c 'cd deep/a*1; rm -rf ../../deep; touch x; pwd >/dev/null; cd ..'
t sh -c 'mkdir gone; cd gone; rmdir ../gone; mkdir x'
t sh -c 'mkdir -p back/forth; cd back/forth; mv ../../back ../../front; touch here; ls ../../front/forth; cd ..; ls'
tree
t sh -c 'rm -rf ./* ./.[!.]*; ls -A'
