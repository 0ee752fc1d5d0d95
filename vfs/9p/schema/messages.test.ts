// Consistency of the message table, its document and its types.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { protocolDoc } from '../../../build/gen/protocol-doc.ts';
import { decodeFrame, encodeFrame } from './interpret.ts';
import { MESSAGES, VALID_BITS } from './messages.ts';
import { parseRow, ROWS } from './rows.ts';
import type { Fields, Qid } from './types.ts';

test('requests have even numbers, and each its reply one higher', () => {
  const byType = new Map(ROWS.map((row) => [row.type, row.name as string]));
  assert.is(byType.size, ROWS.length);
  for (const [type, name] of byType) {
    if (name.startsWith('T')) assert.is(byType.get(type + 1), `R${name.slice(1)}`);
    else assert.is(type % 2, 1, name);
  }
});

test('the table has all messages of 9P2000.L', () => {
  const requests =
    'version auth attach flush walk read write clunk remove statfs lopen lcreate symlink mknod rename readlink ' +
    'getattr setattr xattrwalk xattrcreate readdir fsync lock getlock link mkdir renameat unlinkat';
  const names = requests.split(' ').flatMap((name) => [`T${name}`, `R${name}`]);
  assert.equal(Object.keys(MESSAGES).sort(), [...names, 'Rlerror'].sort(), 'a new message is added here, too');
});

test('a row that is not in the notation is refused', () => {
  for (const row of ['fid', 'fid[3]', 'fid[4', 'fid[4],', '*(wname[s])'])
    assert.throws(() => parseRow(row), 'not an item');
});

test('valid bits name fields that are there', () => {
  for (const [name, bits] of Object.entries(VALID_BITS)) {
    const items = ROWS.find((row) => row.name === name)?.items.map((item) => item.name) ?? [];
    for (const field of Object.keys(bits)) assert.ok(items.includes(field), `${name}.${field}`);
  }
});

test('the document names every message with its row', () => {
  const text = protocolDoc();
  for (const { name, type, text: row, about } of ROWS) {
    assert.ok(text.includes(`**${name}** ${type}: ${about}`), name);
    assert.ok(row === '' || text.includes(`\`${row}\``), row);
  }
});

// Types are checked when this file is compiled: a wrong one makes an initialiser of `true` an error.
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const typesHold: true[] = [
  true satisfies Same<Fields<'Tlopen'>, { fid: number; flags: number }>,
  true satisfies Same<Fields<'Twalk'>, { fid: number; newfid: number; wname: string[] }>,
  true satisfies Same<Fields<'Rwalk'>, { wqid: Qid[] }>,
  true satisfies Same<Fields<'Twrite'>, { fid: number; offset: number; data: Uint8Array }>,
  true satisfies Same<Fields<'Rwrite'>, { count: number }>,
  true satisfies Same<Fields<'Treaddir'>, { fid: number; cookie: bigint; count: number }>,
  true satisfies Same<Fields<'Rauth'>, { aqid: Qid }>,
  true satisfies Same<Fields<'Rgetattr'>['btime_sec'], number>,
];

test('fields are typed by their row', () => {
  assert.is(typesHold.length, 8);
  const frame = decodeFrame(encodeFrame('Tlcreate', { tag: 1, fid: 2, name: 'x', flags: 0, mode: 0, gid: 0 }));
  assert.is(frame.message, 'Tlcreate');
  if (frame.message === 'Tlcreate') assert.is(frame.name, 'x');
});

test('the interpreter reports the error of a malformed message', () => {
  const clunk = encodeFrame('Tclunk', { tag: 1, fid: 2 });
  const cases: [() => unknown, string][] = [
    [() => decodeFrame(clunk.slice(0, 5)), 'a message has at least 7 bytes, here are 5'],
    [() => decodeFrame(clunk.slice(0, 9)), 'Tclunk: its size is 11, here are 9 bytes'],
    [() => decodeFrame(Uint8Array.from([7, 0, 0, 0, 6, 0, 0])), 'unknown message type 6'],
    [() => decodeFrame(Uint8Array.from([12, 0, 0, 0, 120, 0, 0, 0, 0, 0, 0, 0])), 'Tclunk: 1 bytes are left over'],
    [() => encodeFrame('Tclunk', { tag: 1, fid: -1 }), 'Tclunk: fid is -1, out of range'],
    [() => encodeFrame('Tclunk', { tag: 65536, fid: 1 }), 'Tclunk: tag is 65536, out of range'],
    [
      () => encodeFrame('Twalk', { tag: 1, fid: 1, newfid: 2, wname: new Array(17).fill('a') }),
      'Twalk: 17 of wname, at most 16 may be',
    ],
    [() => encodeFrame('Rreadlink', { tag: 1, target: '\ud800' }), 'Rreadlink: target has no bytes'],
    [() => encodeFrame('Rreadlink', { tag: 1, target: '\udcc3\udca9' }), 'Rreadlink: target has no bytes'],
  ];
  for (const [run, message] of cases) {
    assert.throws(run, (error: Error) => {
      assert.is(error.message, message);
      return true;
    });
  }
});

test.run();
