// Tests of files as a project has them: as-test counts each `expect`.
import { describe, expect, test } from 'as-test';
import { close, list, makeDir, open, openErrno, read, readAt, removeDir, rename, size, unlink, write } from '../files';

const CREATE: u16 = 1;
const CREATE_NEW: u16 = 5;
const EXIST: u16 = 20;
const NOENT: u16 = 44;
const NOTEMPTY: u16 = 55;
const BADF: u16 = 8;

describe('files', () => {
  test('a file is written, read and removed', () => {
    const fd = open('as-file', CREATE_NEW);
    expect(write(fd, 'text ü')).toBe(7);
    expect(readAt(fd, 0, 16)).toBe('text ü');
    expect(read(fd, 16)).toBe('');
    expect(size(fd)).toBe(7);
    expect(close(fd)).toBe(0);
    expect(close(fd)).toBe(BADF);
    expect(openErrno('as-file', CREATE_NEW)).toBe(EXIST);
    expect(unlink('as-file')).toBe(0);
    expect(openErrno('as-file', 0)).toBe(NOENT);
  });

  test('an open file outlives its name', () => {
    const fd = open('as-orphan', CREATE);
    expect(unlink('as-orphan')).toBe(0);
    expect(write(fd, 'kept')).toBe(4);
    expect(readAt(fd, 2, 16)).toBe('pt');
    expect(openErrno('as-orphan', 0)).toBe(NOENT);
    expect(close(fd)).toBe(0);
  });

  test('a file is renamed over another', () => {
    const a = open('as-a', CREATE);
    write(a, 'a');
    const b = open('as-b', CREATE);
    write(b, 'bb');
    expect(rename('as-a', 'as-b')).toBe(0);
    expect(size(b)).toBe(2);
    const again = open('as-b', 0);
    expect(readAt(again, 0, 4)).toBe('a');
    expect(openErrno('as-a', 0)).toBe(NOENT);
    expect(close(a) | close(b) | close(again)).toBe(0);
    expect(unlink('as-b')).toBe(0);
  });

  test('a directory is made, listed and removed', () => {
    expect(makeDir('as-dir')).toBe(0);
    expect(makeDir('as-dir/below')).toBe(0);
    close(open('as-dir/file', CREATE));
    expect(list('as-dir').join(' ')).toBe('. .. below file');
    expect(removeDir('as-dir')).toBe(NOTEMPTY);
    expect(unlink('as-dir/file')).toBe(0);
    expect(removeDir('as-dir/below')).toBe(0);
    expect(removeDir('as-dir')).toBe(0);
  });
});
