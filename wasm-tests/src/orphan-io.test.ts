// Tries every call on a descriptor of an orphan.
import { test } from 'uvu';
import { scenario } from '../harness.ts';
import { names, orphans, stops } from './stops.ts';

scenario('orphan-io', {
  expect: String.raw`open a O_RDWR|O_CREAT = ok
open a O_WRONLY|O_APPEND = ok
open a O_RDONLY = ok
write fd "hello world" = 11
futimens = ok
unlink a = ok
atime as set: yes
mtime as set: yes
fstat fd = file, size 11, nlink 0
lseek fd 0 SEEK_SET = 0
read fd 5 = 5 "hello"
pread fd 5 at 6 = 5 "world"
read fd 64 = 6 " world"
read fd 64 = 0 ""
lseek fd -6 SEEK_CUR = 5
write fd " there" = 6
mtime as set: no
pwrite fd "J" at 0 = 1
write appender "!" = 1
lseek appender 0 SEEK_SET = 0
write appender "?" = 1
lseek fd 0 SEEK_END = 13
read reader 64 = 13 "Jello there!?"
fstat reader = file, size 13, nlink 0
ftruncate fd 20 = ok
fstat appender = file, size 20, nlink 0
pread reader 64 at 8 = 12 "ere!?\0\0\0\0\0\0\0"
ftruncate fd 4 = ok
fstat fd = file, size 4, nlink 0
pread reader 64 at 0 = 4 "Jell"
pread reader 64 at 4 = 0 ""
lseek fd 8 SEEK_SET = 8
write fd "x" = 1
pread reader 64 at 0 = 9 "Jell\0\0\0\0x"
pwrite fd "y" at 11 = 1
pread reader 64 at 0 = 12 "Jell\0\0\0\0x\0\0y"
write appender "z" = 1
fstat fd = file, size 13, nlink 0
futimens = ok
atime as set: yes
mtime as set: yes
futimens UTIME_OMIT UTIME_NOW = ok
atime as set: yes
mtime as set: no
fsync fd = ok
fdatasync appender = ok
fsync reader = ok
write reader "no" = EBADF
read appender 1 = EBADF
lseek fd -1 SEEK_SET = EINVAL
fstat fd = file, size 13, nlink 0
ftruncate fd 0 = ok
fstat fd = file, size 0, nlink 0
write appender "new content" = 11
pread reader 64 at 0 = 11 "new content"
stat a = ENOENT
close fd = ok
close appender = ok
pread reader 64 at 0 = 11 "new content"
close reader = ok
`,
  ...stops({
    unlinked: (look) => {
      orphans(look, 1, 11);
      names(look, []);
    },
    grown: (look) => {
      orphans(look, 1, 20);
    },
    last: (look) => {
      orphans(look, 1, 11);
      names(look, []);
    },
    closed: (look) => {
      orphans(look, 0);
    },
  }),
});

test.run();
