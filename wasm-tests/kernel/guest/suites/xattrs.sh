# Extended attributes by Debian's getfattr and setfattr.
echo file >f
mkdir d
if setfattr -n user.probe -v x f 2>&1 | grep -q 'not supported'; then
  skip xattrs "the store $aname has no extended attributes"
else
  setfattr -x user.probe f
  check 'xattrs: set, get, replace, remove' sh -e -c '
    for name in f d; do
      setfattr -n user.one -v first "$name"
      setfattr -n user.two -v 0x00ff00 "$name"
      setfattr -n user.empty "$name"
      [ "$(getfattr --only-values -n user.one "$name")" = first ]
      [ "$(getfattr -e hex -n user.two "$name" | grep user)" = "user.two=0x00ff00" ]
      [ "$(getfattr "$name" | grep -c ^user)" = 3 ]
      setfattr -n user.one -v "another value, which is longer" "$name"
      [ "$(getfattr --only-values -n user.one "$name")" = "another value, which is longer" ]
      setfattr -x user.one "$name"
      ! getfattr -n user.one "$name"
      ! setfattr -x user.one "$name"
      [ "$(getfattr "$name" | grep -c ^user)" = 2 ]
    done'
  # The disk of a host directory may take no more than a block for all attributes of a file.
  size=60000
  [ "$aname" != dir ] || size=2000
  check "xattrs: a value of $size bytes" sh -e -c '
    value=$(head -c "$1" /dev/zero | tr "\0" x)
    setfattr -n user.big -v "$value" f
    [ "$(getfattr --only-values -n user.big f | wc -c)" = "$1" ]
    setfattr -x user.big f' - "$size"
  check 'xattrs: they stay with the file through a rename' sh -e -c '
    mv f g
    [ "$(getfattr -e hex -n user.two g | grep user)" = "user.two=0x00ff00" ]
    cp /bin/busybox f
    ! getfattr -n user.two f'
fi
