// Tests the output of the tracer: calls, messages, errors and the life cycle of an orphan.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FDFLAGS, OFLAGS } from '../preview1/abi/structs.ts';
import { RIGHTS_ALL } from '../preview1/abi/rights.ts';
import { strace } from './strace.ts';
import { DATA, OUT, READ_WRITE, ROOT, TestGuest } from '../../testing/test-guest.ts';

/** Returns the trace of some calls and of the end of the guest, which closes its preopen. */
function traced(body: (g: TestGuest) => void): string {
  const lines: string[] = [];
  const g = new TestGuest({ files: { '/f': 'text' }, trace: strace((line) => lines.push(line)) });
  lines.length = 0;
  body(g);
  g.end();
  return lines.join('\n');
}

const ORPHAN = `path_open(fd=3, dirflags=SYMLINK_FOLLOW, path="new", oflags=CREAT, fs_rights_base=FD_READ|FD_WRITE|FD_ALLOCATE|FD_FILESTAT_SET_SIZE, fs_rights_inheriting=ALL, fdflags=0) = ok opened_fd=4
    Twalk tag=1 fid=2 newfid=3 wname=[]
    Rwalk tag=1 wqid=[]
    Tlcreate tag=1 fid=3 name="new" flags=O_RDWR|O_CREAT mode=0644 gid=0
    Rlcreate tag=1 qid=(2 0 -) iounit=0
path_unlink_file(fd=3, path="new") = ok
    Tunlinkat tag=1 dfid=2 name="new" flags=0
    * inode 2 has no name any more: an orphan, kept by 1 fid
    Runlinkat tag=1
fd_write(fd=4, iovs="to nobody" [9]) = ok nwritten=9
    Twrite tag=1 fid=3 offset=0 count=9
    Rwrite tag=1 count=9
fd_close(fd=4) = ok
    Tclunk tag=1 fid=3
    Rclunk tag=1
(no call: the program has ended, or has not begun)
    Tclunk tag=1 fid=2
    * inode 2 reclaimed
    Rclunk tag=1`;

test('the life of an orphan', () => {
  const trace = traced((g) => {
    const fd = g.open('new', { oflags: OFLAGS.CREAT, rights: READ_WRITE });
    g.ok('path_unlink_file', ROOT, 'new');
    g.write(fd, 'to nobody');
    g.ok('fd_close', fd);
  });
  assert.is(trace, ORPHAN);
});

const ARGUMENTS = `path_open(fd=99, dirflags=SYMLINK_FOLLOW, path="no", oflags=CREAT|EXCL, fs_rights_base=ALL, fs_rights_inheriting=ALL, fdflags=APPEND) = EBADF
path_open(fd=3, dirflags=0, path=(bad pointer 4294967280+5), oflags=0, fs_rights_base=0, fs_rights_inheriting=0, fdflags=0) = EFAULT
fd_read(fd=0, iovs=[4, 5]) = ok nread=0
fd_read(fd=0, iovs=[bad pointer 4294967280]) = EFAULT
fd_write(fd=1, iovs="xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"… [71]) = ok nwritten=71
fd_seek(fd=1, offset=-5, whence=CUR) = ESPIPE
clock_time_get(id=9, precision=0) = EINVAL
fd_filestat_set_times(fd=1, atim=1, mtim=2, fst_flags=ATIM|MTIM) = EINVAL
fd_prestat_dir_name(fd=3, path=[1]) = ok
args_sizes_get() = ok argc=0 argv_buf_size=0
fd_filestat_get(fd=1) = ok {ino=0 nlink=1 size=0}
random_get(buf=[16]) = ok
proc_exit(rval=3) does not return
(no call: the program has ended, or has not begun)
    Tclunk tag=1 fid=2
    Rclunk tag=1`;

test('arguments by name, errors, and written data', () => {
  const trace = traced((g) => {
    g.tryOpen('no', { rights: RIGHTS_ALL, oflags: OFLAGS.CREAT | OFLAGS.EXCL, fdflags: FDFLAGS.APPEND, dir: 99 });
    g.call('path_open', ROOT, 0, 0xffff_fff0, 5, 0, 0n, 0n, 0, OUT);
    g.call('fd_read', 0, ...g.iovs([DATA, 4], [DATA, 5]), OUT);
    g.call('fd_read', 0, 0xffff_fff0, 2, OUT);
    g.call('fd_write', 1, ...g.texts('', `${'x'.repeat(70)}`, 'y'), OUT);
    g.call('fd_seek', 1, -5, 1, OUT);
    g.call('clock_time_get', 9, 0, OUT);
    g.call('fd_filestat_set_times', 1, 1, 2, 5);
    g.call('fd_prestat_dir_name', ROOT, OUT, 1);
    g.call('args_sizes_get', OUT, OUT + 4);
    g.call('fd_filestat_get', 1, OUT);
    g.call('random_get', DATA, 16);
    assert.throws(() => g.call('proc_exit', 3), WebAssembly.RuntimeError);
  });
  assert.is(trace, ARGUMENTS);
});

test.run();
