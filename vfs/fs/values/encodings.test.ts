// Text and bytes as Buffer turns them into each other.
import * as nodeFs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ram } from '../../backends/ram/index.ts';
import { codecOf, type Encoding } from './encodings.ts';
import { createFs, type Dirent } from '../index.ts';
import { likeNode } from '../testing.ts';

const ENCODINGS: readonly Encoding[] = [
  'utf8',
  'utf-8',
  'utf16le',
  'utf-16le',
  'ucs2',
  'ucs-2',
  'latin1',
  'binary',
  'ascii',
  'base64',
  'base64url',
  'hex',
];
const TEXTS = [
  '',
  'a',
  '6',
  '61',
  '616',
  'zz61',
  '61zz61',
  '6z',
  'YQ==',
  'YWJjZA',
  'Y Q=\n=Zg==',
  '====YQ',
  'Y-_+/é',
  'YWJ\0j',
];
const WIDE = ['€é\u{1f600}', '\u{d83d}', '\ufeffx', 'x'.repeat(10_001)];

test('bytes and text of every encoding are those of Buffer', () => {
  const bytes = Uint8Array.from({ length: 10_001 }, (_, i) => (i * 7 + (i >> 8)) & 255);
  for (const name of ENCODINGS) {
    for (const encoding of [name, name.toUpperCase() as Encoding]) {
      const codec = codecOf(encoding);
      for (const text of [...TEXTS, ...WIDE]) {
        assert.equal([...codec.bytesOf(text)], [...Buffer.from(text, encoding)], `${encoding} of ${text.slice(0, 20)}`);
      }
      for (const length of [0, 1, 2, 3, 4, 5, 10_000, 10_001]) {
        assert.is(codec.textOf(bytes.subarray(0, length)), Buffer.from(bytes).toString(encoding, 0, length), encoding);
      }
    }
  }
});

likeNode('files and names in every encoding', (fs, on, call) => {
  fs.writeFileSync(on('bytes'), new Uint8Array([0, 65, 128, 200, 255, 0xc3, 0xa9, 61, 10]));
  fs.symlinkSync('dir/é', on('link'));
  fs.mkdirSync(on('dir'));
  for (const name of ['é', 'plain']) fs.writeFileSync(on(`dir/${name}`), '');
  for (const encoding of [...ENCODINGS, 'HEX', 'buffer', null, undefined, '', 'nonsense'] as Encoding[]) {
    call(() => fs.readlinkSync(on('link'), encoding));
    call(() => fs.readdirSync(on('dir'), encoding));
    call(() => fs.readdirSync(on('dir'), { encoding, withFileTypes: true }).map((entry: Dirent) => entry.name));
    // node:fs does not accept bytes as an encoding for the content of a file; we do.
    if ((encoding as string) === 'buffer') continue;
    call(() => fs.readFileSync(on('bytes'), encoding));
    call(() => fs.readFileSync(on('bytes'), { encoding }));
    call(() => fs.readFileSync(99_999, encoding));
    call(() => fs.writeFileSync(on('file'), 'YWJé', encoding));
    call(() => fs.appendFileSync(on('file'), '616g', { encoding }));
    call(() => fs.readFileSync(on('file')));
    if ((encoding as string) === 'nonsense') continue;
    const fd = fs.openSync(on('file'), 'w');
    call(() => fs.writeSync(fd, '616g', null, encoding));
    call(() => fs.writeSync(fd, '616', 1, encoding));
    call(() => fs.readFileSync(on('file')));
    fs.closeSync(fd);
  }
});

test('names below directories are whole paths in any encoding, and writes in an unknown one are refused', () => {
  const fs = createFs(ram());
  fs.mkdirSync('/dir/é', { recursive: true });
  const names: Uint8Array[] = fs.readdirSync('/', { encoding: 'buffer', recursive: true });
  assert.equal(
    names.map((name) => new TextDecoder().decode(name)),
    ['dir', 'dir/é'],
  );
  assert.equal(fs.readdirSync('/', { encoding: 'latin1', recursive: true }), ['dir', 'dir/Ã©']);
  const [entry] = fs.readdirSync('/dir', { encoding: 'buffer', withFileTypes: true });
  assert.equal([...entry!.name], [0xc3, 0xa9]);
  const fd = fs.openSync('/f', 'w');
  for (const encoding of ['nonsense', 'buffer', 'toString'] as unknown as Encoding[]) {
    assert.throws(() => fs.writeSync(fd, 'x', null, encoding), /encoding/);
    assert.throws(() => fs.writeFileSync('/f', 'x', encoding), /encoding/);
  }
  assert.is(fs.statSync('/f').size, 0);
  fs.closeSync(fd);
  fs.unmount();
});

test('a handle writes text in its encoding, as that of node:fs/promises', async () => {
  const path = nodeFs.mkdtempSync('/tmp/wasi9p-fs-');
  const ours = createFs(ram());
  for (const [fs, file] of [
    [ours.promises, '/f'],
    [nodeFs.promises as unknown as typeof ours.promises, `${path}/f`],
  ] as const) {
    const handle = await fs.open(file, 'w+');
    assert.is((await handle.write('6162', null, 'hex')).bytesWritten, 2);
    assert.is((await handle.write('é', 1, 'latin1')).bytesWritten, 1);
    assert.is((await handle.write('é')).bytesWritten, 2);
    await handle.close();
    assert.is(await fs.readFile(file, 'hex'), '61e9c3a9');
  }
  ours.unmount();
  nodeFs.rmSync(path, { recursive: true });
});

test.run();
