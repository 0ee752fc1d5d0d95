# Makes, looks at, reads, renames and removes as many files as sys.argv[2] says, in the directory sys.argv[1].
import hashlib
import os
import sys

BASE, COUNT = sys.argv[1], int(sys.argv[2])
PER_DIR = 100

os.mkdir(os.path.join(BASE, 'tree'))
for i in range(COUNT):
    folder = os.path.join(BASE, 'tree', 'dir%d' % (i // PER_DIR))
    if i % PER_DIR == 0:
        os.mkdir(folder)
    with open(os.path.join(folder, 'file%d.txt' % i), 'wb') as file:
        file.write(b'%06d ' % i * (i % 200))

total, paths = 0, []
for folder, _, files in os.walk(os.path.join(BASE, 'tree')):
    for name in files:
        path = os.path.join(folder, name)
        total += os.stat(path).st_size
        paths.append(path)
print(len(paths), 'files,', total, 'bytes')

digest = hashlib.md5()
for path in sorted(paths):
    with open(path, 'rb') as file:
        digest.update(file.read())
print(digest.hexdigest())

for path in paths:
    os.rename(path, path + '.old')
with os.scandir(os.path.join(BASE, 'tree', 'dir0')) as entries:
    print(sorted(entry.name for entry in entries if entry.is_file())[:3])
for folder, folders, files in os.walk(os.path.join(BASE, 'tree'), topdown=False):
    for name in files:
        os.unlink(os.path.join(folder, name))
    os.rmdir(folder)
print(os.listdir(BASE))
