// Tries files that are no programs: each kind has its sentence. And modules that begin with a line `#!`.
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inScratchAsync } from '../../testing.ts';
import { COUNTING, moduleWith } from '../../wasm-testing.ts';
import { load, withoutShebang } from './load.ts';

async function refused(file: string): Promise<string> {
  try {
    await load(file);
  } catch (error) {
    return (error as Error).message;
  }
  return 'loaded';
}

const GIVE = 'give the .wasm file of a program.';
const COMPILE = 'compile its source for wasm32-wasip1.';
const COMPONENT = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);
const ustar = new Uint8Array(512);
ustar.set(Buffer.from('ustar'), 257);

/** The file's name, its content, and the end of the sentence about it. */
const FILES: readonly (readonly [file: string, content: string | Uint8Array, what: string])[] = [
  ['empty.wasm', '', `empty: ${GIVE}`],
  ['text.wasm', 'no module\n', `a text file, not a WebAssembly module: ${GIVE}`],
  ['utf16.wasm', Buffer.from('\ufeffno module', 'utf16le'), `a text file, not a WebAssembly module: ${GIVE}`],
  ['long.wasm', 'ü'.repeat(5000), `a text file, not a WebAssembly module: ${GIVE}`],
  ...['(module)', ' ;; text\n(; more ;) (module $m)', '(component)'].map(
    (text) =>
      ['a.wasm', text, 'WebAssembly text: assemble it first, for instance by wat2wasm of the package wabt.'] as const,
  ),
  ['a.wat', '(func)', 'WebAssembly text: assemble it first, for instance by wat2wasm of the package wabt.'],
  ['a.c', 'int main;', 'C source: compile it first, wasi9p cc a.c -o PROGRAM.wasm.'],
  ['a.cpp', 'int main;', 'C++ source: compile it first, wasi9p c++ a.cpp -o PROGRAM.wasm.'],
  ['a.mjs', 'let x;', 'JavaScript or TypeScript: run it by node.'],
  ['run.sh', '#!/bin/sh\necho', `a script for /bin/sh, not a WebAssembly module: ${GIVE}`],
  ['bare.sh', '#!', `a text file, not a WebAssembly module: ${GIVE}`],
  ['page.wasm', '<!DOCTYPE html><p>', 'an HTML page, not a WebAssembly module: download the file itself.'],
  [
    'lfs.wasm',
    'version https://git-lfs.github.com/spec/v1\n',
    'a pointer of Git LFS, not the file itself: run git lfs pull.',
  ],
  ['elf', '\x7fELF\x02\x01\x01\0', `a native program (ELF) or was precompiled for another runtime: ${COMPILE}`],
  ['a.exe', 'MZ\x90\0', `a native program for Windows: ${COMPILE}`],
  ['mach', Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe), `a native program for macOS or a Java class: ${COMPILE}`],
  ['lib.a', '!<arch>\n', 'a static library: link it to a program (wasi9p cc MAIN.c LIBRARY.a -o PROGRAM.wasm).'],
  [
    'a.bc',
    Uint8Array.of(0x42, 0x43, 0xc0, 0xde),
    'LLVM bitcode: link it to a program (wasi9p cc FILE -o PROGRAM.wasm).',
  ],
  ['a.tar', ustar, 'an archive: wasi9p ls a.tar: lists it, run --tar a.tar::/GUEST mounts it.'],
  ['a.tgz', Uint8Array.of(0x1f, 0x8b), 'an archive: wasi9p ls a.tgz: lists it, run --tar a.tgz::/GUEST mounts it.'],
  ['a.wasm.gz', Uint8Array.of(0x1f, 0x8b), 'compressed by gzip: unpack it first.'],
  ['a.zip', 'PK\x03\x04', 'a zip archive: unpack it first.'],
  ['a.zst', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), 'compressed by zstd: unpack it first.'],
  [
    'component.wasm',
    COMPONENT,
    'a component (WASI 0.2 or later), but only core modules for WASI preview1 can be run: build it for wasm32-wasip1.',
  ],
  ['short.wasm', '\0a', 'truncated (it ends after byte 2): copy or build it again.'],
  [
    'cut.wasm',
    COUNTING.subarray(0, 40),
    'truncated (it ends after byte 40, at least 62 too early): copy or build it again.',
  ],
];

test('each kind of file has its sentence', async () => {
  await inScratchAsync(async () => {
    for (const [file, content, what] of FILES) {
      fs.writeFileSync(file, content);
      assert.is(await refused(file), `${file} is ${what}`);
    }
    fs.writeFileSync('data', Uint8Array.of(1, 2, 0xff, 4, 5));
    assert.is(
      await refused('data'),
      `data is not a WebAssembly module (it begins with 01 02 ff 04, not with 00 61 73 6d): ${GIVE}`,
    );
    fs.writeFileSync('v9.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 9, 0, 0, 0));
    assert.is(
      await refused('v9.wasm'),
      `v9.wasm has an unknown version of the WebAssembly format (9, not 1): ${COMPILE}`,
    );
  });
});

test('a module cut anywhere is truncated or damaged', async () => {
  await inScratchAsync(async () => {
    for (let length = 1; length < COUNTING.length; length++) {
      fs.writeFileSync('cut.wasm', COUNTING.subarray(0, length));
      const answer = await refused('cut.wasm');
      // Between two sections nothing seems to be missing.
      if (answer !== 'loaded') assert.match(answer, /^cut\.wasm is (truncated \(it ends after byte \d+|damaged, or)/);
    }
  });
});

test('a damaged module names the engine and its reason', async () => {
  await inScratchAsync(async () => {
    fs.writeFileSync('bad.wasm', moduleWith({ code: [0xff] }));
    assert.match(
      await refused('bad.wasm'),
      /^bad\.wasm is damaged, or needs a WebAssembly feature that Node\.js \d+\.\d+\.\d+ does not have \([^:]*.*\): build it again, or use a newer version\.$/,
    );
  });
});

test('a file that cannot be read', async () => {
  await inScratchAsync(async () => {
    fs.mkdirSync('data');
    fs.writeFileSync('prog.wasm', COUNTING);
    assert.is(await refused('none.wasm'), `none.wasm does not exist: ${GIVE}`);
    assert.is(await refused('prog'), 'prog does not exist: did you mean prog.wasm?');
    for (const name of ['prog.c', 'prog.cc', 'pro.wasm.bak', 'prog.wat2']) fs.writeFileSync(name, '');
    assert.is(await refused('prog'), 'prog does not exist: did you mean prog.wasm?');
    assert.is(await refused('prog.wat'), 'prog.wat does not exist: did you mean prog.wasm?');
    assert.is(await refused('./prog.wat'), './prog.wat does not exist: did you mean ./prog.wasm?');
    assert.is(await refused('prog.wat3'), 'prog.wat3 does not exist: did you mean prog.wasm?');
    fs.writeFileSync('other.js', '');
    assert.is(await refused('othre.js'), 'othre.js does not exist: did you mean other.js?');
    assert.is(await refused('https://a.b/c.wasm'), 'https://a.b/c.wasm is a URL: download the program first.');
    assert.is(await refused('./porg.wasm'), './porg.wasm does not exist: did you mean prog.wasm?');
    assert.is(await refused('data'), `data is a directory: ${GIVE}`);
    assert.is(await refused('prog.wasm/x'), `prog.wasm/x cannot be read (not a directory): ${GIVE}`);
  });
});

test('a line #! before a module is left out', async () => {
  await inScratchAsync(async () => {
    for (const line of ['#!/usr/bin/env wasi9p\n', '#!/usr/bin/env -S wasi9p run --dir .\r\n']) {
      fs.writeFileSync(
        'prog',
        [line, COUNTING].map((part) => Buffer.from(part as string)).reduce((a, b) => Buffer.concat([a, b])),
      );
      assert.is(await refused('prog'), 'loaded');
      assert.equal(withoutShebang(fs.readFileSync('prog')), Buffer.from(COUNTING));
    }
    // The text after the line is described.
    fs.writeFileSync('component', Buffer.concat([Buffer.from('#!x\n'), COMPONENT]));
    assert.match(await refused('component'), /^component is a component/);
    fs.writeFileSync('endless', '#!x');
    assert.is(await refused('endless'), `endless is a script for x, not a WebAssembly module: ${GIVE}`);
  });
});

test.run();
