# Uses the file functions of Python's standard library, in the directory sys.argv[1], with sys.argv[2] files. All that it
# prints is the same on every system. `@host` lines mark the moments at which unlinked files are open.
import errno
import filecmp
import fileinput
import glob
import hashlib
import importlib
import io
import json
import logging.handlers
import os
import pathlib
import shelve
import shutil
import sqlite3
import stat
import sys
import tarfile
import tempfile
import zipfile

BASE, COUNT = sys.argv[1], int(sys.argv[2])
os.mkdir(os.path.join(BASE, 'temp'))
tempfile.tempdir = os.path.join(BASE, 'temp')


def at(*names):
    return os.path.join(BASE, *names)


def section(name):
    print('--', name)


def host(word):
    print('@host', word, flush=True)


def refused(what, call, *args, **more):
    """Prints the name of the errno that a call fails with."""
    try:
        call(*args, **more)
        print(what, 'is not refused')
    except OSError as error:
        print(what, type(error).__name__, errno.errorcode[error.errno])


def put(path, data):
    with open(path, 'wb') as file:
        file.write(data)


def get(path):
    with open(path, 'rb') as file:
        return file.read()


def content(i):
    return (b'%06d ' % i) * (i % 50)


def tree_sum(root):
    """Names, kinds, sizes, link targets and contents of a tree, as one hash."""
    found = hashlib.sha256()
    for dir, dirs, files in os.walk(root):
        dirs.sort()
        for name in sorted(dirs + files):
            path = os.path.join(dir, name)
            st = os.lstat(path)
            what = os.readlink(path) if stat.S_ISLNK(st.st_mode) else ''
            data = get(path) if stat.S_ISREG(st.st_mode) else b''
            line = [os.path.relpath(path, root), stat.S_IFMT(st.st_mode), len(data), what, hashlib.md5(data).hexdigest()]
            found.update(json.dumps(line).encode())
    return found.hexdigest()[:16]


def many_files():
    section('many files')
    os.mkdir(at('flat'))
    for i in range(COUNT):
        put(at('flat', 'file%05d.txt' % i), content(i))
    sizes = same = 0
    names = []
    with os.scandir(at('flat')) as entries:
        for entry in entries:
            st = entry.stat()
            sizes += st.st_size
            same += entry.inode() == st.st_ino == os.stat(entry.path).st_ino
            assert entry.is_file() and not entry.is_dir() and not entry.is_symlink()
            names.append(entry.name)
    print(len(names), len(set(names)), sizes, same, sorted(names)[:2], sorted(os.listdir(at('flat'))) == sorted(names))
    # Entries removed while the directory is read: each is seen once all the same.
    removed = 0
    for entry in os.scandir(at('flat')):
        if entry.name[8] in '02468':
            os.unlink(entry.path)
            removed += 1
    print('removed', removed, 'left', len(os.listdir(at('flat'))))
    for i in range(1, COUNT, 2):
        os.rename(at('flat', 'file%05d.txt' % i), at('flat', 'renamed%d' % (i % 500)))
    print('renamed onto each other', len(os.listdir(at('flat'))), get(at('flat', 'renamed499'))[:7])
    refused('rmdir', os.rmdir, at('flat'))
    shutil.rmtree(at('flat'))
    print('gone', not os.path.exists(at('flat')))


def deep_tree():
    section('deep tree')
    for i in range(COUNT):
        dir = at('tree', 'a%d' % (i % 7), 'b%d' % (i % 5), 'c')
        os.makedirs(dir, exist_ok=True)
        put(os.path.join(dir, 'f%d' % i), content(i))
    for i in range(100):
        os.symlink('../a%d/b%d/c/f%d' % (i % 7, i % 5, i), at('tree', 'a0', 'link%d' % i))
    os.symlink('a1', at('tree', 'dirlink'))
    os.symlink('nowhere', at('tree', 'dangling'))
    print(tree_sum(at('tree')))
    print(len(glob.glob(at('tree', '**', 'f*9'), recursive=True)), len(list(pathlib.Path(at('tree')).rglob('f1*'))))
    print(sum(len(files) for _, _, files in os.walk(at('tree'))))
    print(sum(len(files) for _, _, files in os.walk(at('tree'), followlinks=True)))
    shutil.copytree(at('tree'), at('copy'), symlinks=True, copy_function=shutil.copyfile)
    print(tree_sum(at('copy')), filecmp.dircmp(at('tree', 'a2'), at('copy', 'a2')).diff_files)
    shutil.move(at('copy', 'a3'), at('copy', 'a4', 'moved'))
    os.rename(at('copy', 'a5'), at('five'))
    print(tree_sum(at('copy')), tree_sum(at('five')))
    refused('rename into itself', os.rename, at('copy', 'a4'), at('copy', 'a4', 'moved', 'x'))
    refused('rename over a full directory', os.rename, at('five'), at('copy', 'a4'))
    refused('rename of a file over a directory', os.rename, at('copy', 'dangling'), at('five'))
    shutil.rmtree(at('copy'))
    shutil.rmtree(at('five'))


def symlinks():
    section('symlinks')
    os.mkdir(at('links'))
    put(at('links', 'file'), b'target')
    os.symlink('file', at('links', 'one'))
    os.symlink('one', at('links', 'two'))
    os.symlink('loop2', at('links', 'loop1'))
    os.symlink('loop1', at('links', 'loop2'))
    print(get(at('links', 'two')), os.readlink(at('links', 'two')), os.path.islink(at('links', 'two')))
    print(os.path.relpath(os.path.realpath(at('links', 'two')), os.path.realpath(BASE)))
    print(os.lstat(at('links', 'two')).st_size, os.stat(at('links', 'two')).st_size)
    refused('open of a loop', open, at('links', 'loop1'))
    refused('stat of a loop', os.stat, at('links', 'loop1'))
    refused('exclusive open', open, at('links', 'one'), 'x')
    refused('O_NOFOLLOW', os.open, at('links', 'one'), os.O_RDONLY | os.O_NOFOLLOW)
    refused('readlink of a file', os.readlink, at('links', 'file'))
    refused('through a file', os.stat, at('links', 'file', '..', 'file'))
    with open(at('links', 'two'), 'a') as file:
        file.write(' and more')
    os.unlink(at('links', 'one'))
    print(get(at('links', 'file')), os.path.exists(at('links', 'two')), os.path.lexists(at('links', 'two')))
    os.symlink('file', at('links', 'one'))
    os.rename(at('links', 'one'), at('links', 'loop1'))
    print(get(at('links', 'loop2')))
    os.link(at('links', 'file'), at('links', 'hard'))
    first, second = os.stat(at('links', 'file')), os.stat(at('links', 'hard'))
    print(first.st_nlink, first.st_ino == second.st_ino, os.path.samefile(at('links', 'hard'), at('links', 'loop1')))
    refused('link over a file', os.link, at('links', 'file'), at('links', 'hard'))
    refused('link of a directory', os.link, BASE, at('links', 'd'))


def times():
    section('times')
    path = at('times')
    put(path, b'x')
    os.symlink('times', at('timelink'))
    for a, m in [(1, 2), (1234567890123456789, 1700000000999999999), (4102444800000000001, 2**31 * 10**9 + 1)]:
        os.utime(path, ns=(a, m))
        st = os.stat(path)
        print(st.st_atime_ns == a, st.st_mtime_ns == m, st.st_mtime_ns)
    os.utime(path, (1.5, 2.25))
    print(os.stat(path).st_atime_ns, os.stat(path).st_mtime_ns)
    os.utime(at('timelink'), ns=(5, 6), follow_symlinks=False)
    print(os.lstat(at('timelink')).st_mtime_ns, os.stat(at('timelink')).st_mtime_ns)
    before = os.stat(BASE).st_mtime_ns
    put(at('fresh'), b'')
    st = os.stat(at('fresh'))
    print(st.st_mtime_ns >= before, os.stat(BASE).st_mtime_ns >= before, st.st_ctime_ns == st.st_mtime_ns)
    os.utime(path)
    touched = os.stat(path)
    put(at('later'), b'')
    print(touched.st_mtime_ns >= st.st_mtime_ns, touched.st_atime_ns == touched.st_mtime_ns)
    print(os.stat(at('later')).st_mtime_ns >= touched.st_mtime_ns)
    os.truncate(path, 5)
    print(os.stat(path).st_mtime_ns == os.stat(path).st_ctime_ns >= touched.st_mtime_ns)


def descriptors():
    section('descriptors')
    path = at('data')
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    print(os.write(fd, b'0123456789'), os.pread(fd, 4, 3), os.pwrite(fd, b'ab', 2), os.lseek(fd, 0, os.SEEK_CUR))
    os.truncate(path, 5)
    print(os.fstat(fd).st_size, os.lseek(fd, 0, os.SEEK_END), os.pread(fd, 10, 0))
    os.ftruncate(fd, 8)
    print(os.pread(fd, 10, 0), os.lseek(fd, 3_000_000, os.SEEK_SET), os.write(fd, b'end'), os.fstat(fd).st_size)
    print(os.pread(fd, 2_999_992, 8).count(b'\0'), os.readv(fd, [bytearray(4)]), os.lseek(fd, -3, os.SEEK_END))
    parts = [bytearray(1), bytearray(5)]
    print(os.readv(fd, parts), parts, os.writev(fd, [b'a', b'', b'bc']))
    refused('seek before the start', os.lseek, fd, -1, os.SEEK_SET)
    os.fsync(fd)
    os.posix_fallocate(fd, 0, 3_000_100)
    print(os.fstat(fd).st_size)
    other = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.lseek(other, 0, os.SEEK_SET)
    print(os.write(other, b'!'), os.pread(fd, 1, 3_000_100))
    refused('read of a write-only descriptor', os.read, other, 1)
    os.unlink(path)
    host('unlinked')
    put(path, b'another')
    st, new = os.fstat(fd), os.stat(path)
    print(st.st_nlink, st.st_size, new.st_nlink, new.st_size, st.st_ino != new.st_ino)
    os.close(fd)
    print(os.write(other, b'?'), os.fstat(other).st_size)
    os.close(other)
    refused('closed', os.fstat, other)
    refused('write to a directory', open, BASE, 'w')
    refused('a name of 256 bytes', open, at('n' * 256), 'w')
    refused('unlink of a directory', os.unlink, at('temp'))
    refused('mkdir', os.mkdir, at('temp'))
    refused('listdir of a file', os.listdir, path)
    print(sorted(os.listdir(BASE)))


def temporary():
    section('temporary files')
    with tempfile.TemporaryFile() as file:
        file.write(b'x' * 100_000)
        file.seek(50_000)
        host('temporary')
        print(len(file.read()), os.listdir(tempfile.tempdir), os.fstat(file.fileno()).st_nlink)
    with tempfile.NamedTemporaryFile(prefix='named') as file:
        file.write(b'named')
        file.flush()
        print(get(file.name), len(os.listdir(tempfile.tempdir)))
    with tempfile.SpooledTemporaryFile(max_size=100) as file:
        for i in range(100):
            file.write(b'%d ' % i)
        file.seek(0)
        print(len(file.read()), file._rolled)
    with tempfile.TemporaryDirectory() as dir:
        many = [tempfile.TemporaryFile(dir=dir) for _ in range(200)]
        for i, file in enumerate(many):
            file.write(b'%d' % i)
            file.flush()
        host('many')
        names = [tempfile.mkstemp(dir=dir, suffix='.tmp') for _ in range(50)]
        print(len(os.listdir(dir)), sum(os.fstat(file.fileno()).st_size for file in many))
        for fd, name in names:
            os.close(fd)
        for i, file in enumerate(many):
            file.seek(0)
            assert file.read() == b'%d' % i
            file.close()
    print(os.listdir(tempfile.tempdir))


def archives():
    section('archives')
    with zipfile.ZipFile(at('tree.zip'), 'w', zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(glob.glob(at('tree', 'a[0-2]', 'b?', 'c', '*'))):
            archive.write(path, os.path.relpath(path, BASE))
    with zipfile.ZipFile(at('tree.zip')) as archive:
        print(len(archive.namelist()), archive.testzip())
        archive.extractall(at('unzipped'))
    same = filecmp.cmpfiles(at('tree', 'a1', 'b1', 'c'), at('unzipped', 'tree', 'a1', 'b1', 'c'),
                            os.listdir(at('tree', 'a1', 'b1', 'c')), shallow=False)
    print([len(names) for names in same])
    with tarfile.open(at('tree.tar.gz'), 'w:gz') as archive:
        archive.add(at('tree', 'a0'), 'a0')
    with tarfile.open(at('tree.tar.gz')) as archive:
        links = [member for member in archive.getmembers() if member.issym()]
        print(len(archive.getmembers()) - len(links), len(links), links[0].linkname)
    shutil.rmtree(at('unzipped'))


def library():
    section('library')
    put(at('edited'), b'one\ntwo\n')
    with shelve.open(at('shelf')) as shelf:
        for i in range(50):
            shelf['key%d' % i] = list(range(i))
    with shelve.open(at('shelf')) as shelf:
        print(len(shelf), sum(map(len, shelf.values())))
    with fileinput.input([at('edited')], inplace=True, backup='.bak') as lines:
        for line in lines:
            print(line.strip().upper())
    print(get(at('edited')), get(at('edited.bak')))
    handler = logging.handlers.RotatingFileHandler(at('app.log'), maxBytes=2000, backupCount=3)
    log = logging.getLogger('rotating')
    log.addHandler(handler)
    for i in range(300):
        log.warning('line %d', i)
    handler.close()
    print([(name, os.path.getsize(at(name))) for name in sorted(os.listdir(BASE)) if name.startswith('app.log')])
    os.makedirs(at('lib', 'pack'))
    put(at('lib', 'pack', '__init__.py'), b'from .part import value\n')
    put(at('lib', 'pack', 'part.py'), b'value = 42\n')
    sys.path.insert(0, at('lib'))
    sys.dont_write_bytecode = False
    print(importlib.import_module('pack').value, len(os.listdir(at('lib', 'pack', '__pycache__'))))
    text = io.open(at('text'), 'w+', encoding='utf-8', newline='\r\n')
    text.write('äöü €\n' * 1000)
    text.seek(0)
    print(sum(len(line) for line in text), os.path.getsize(at('text')))
    text.close()


def database():
    section('sqlite3')
    db = sqlite3.connect(at('db'))
    db.execute('PRAGMA temp_store = FILE')
    db.execute('PRAGMA cache_size = 20')
    db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)')
    with db:
        db.executemany('INSERT INTO t VALUES (?, ?)', ((i, 'name %d' % (i * 7919 % 1009)) for i in range(2000)))
    try:
        with db:
            db.execute("UPDATE t SET name = name || '!'")
            raise KeyError('rolled back')
    except KeyError as error:
        print(error)
    print(db.execute("SELECT count(*), count(DISTINCT name), sum(name LIKE '%!') FROM t").fetchone())
    print(db.execute('SELECT name FROM t ORDER BY name DESC, id LIMIT 3').fetchall())
    db.execute('DELETE FROM t WHERE id % 2')
    db.commit()
    db.execute('VACUUM')
    print(db.execute('PRAGMA integrity_check').fetchone(), sorted(n for n in os.listdir(BASE) if n.startswith('db')))
    db.close()


many_files()
deep_tree()
symlinks()
times()
descriptors()
temporary()
archives()
library()
database()
shutil.rmtree(at('tree'))
for entry in sorted(os.listdir(BASE)):
    if entry != 'temp':
        shutil.rmtree(at(entry)) if os.path.isdir(at(entry)) and not os.path.islink(at(entry)) else os.unlink(at(entry))
print(os.listdir(BASE), os.listdir(at('temp')))
# Left to whoever ends the program.
kept = [tempfile.TemporaryFile() for _ in range(10)]
for file in kept:
    file.write(b'never closed')
    file.flush()
host('kept')
sys.stdout.flush()
os._exit(3)
