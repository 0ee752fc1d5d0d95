// The trace format of messages, field by field.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Message } from './codec.gen.ts';
import * as LINUX from '../linux/constants.ts';
import * as P9 from './constants.ts';
import { printMessage } from './print.ts';
import { ROWS } from './schema/rows.ts';
import { anyFields, fill, rowOf } from './schema/testing.ts';

function line(name: string, fields: Record<string, unknown>): string {
  const m = new Message();
  fill(m, rowOf(name), { tag: 1, ...fields });
  return printMessage(m);
}

test('a line has each valid field once', () => {
  for (const row of ROWS) {
    fc.assert(
      fc.property(anyFields(row), (fields) => {
        const m = new Message();
        fill(m, row, { ...fields, valid: 0x3fff });
        const text = printMessage(m);
        assert.ok(text.startsWith(`${row.name} tag=`), text);
        assert.not.match(text, /undefined|NaN|\[object/);
        const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
        const names = [...bare.matchAll(/ (\w+)=/g)].map((match) => match[1]);
        const expected = row.items
          .filter(({ name, kind }) => kind !== 'data' && !/^nw|_nsec$/.test(name))
          .map(({ name }) => name.replace(/_sec$/, ''));
        assert.equal(names, ['tag', ...expected]);
      }),
      { numRuns: 20 },
    );
  }
});

test('lines as they are read in a trace', () => {
  const qid = { type: P9.QTDIR, version: 3, path: 0x2c1facn };
  const cases: [string, Record<string, unknown>, string][] = [
    [
      'Twalk',
      { fid: 1, newfid: 2, wname: ['\u009b', '\n\u202e'] },
      'Twalk tag=1 fid=1 newfid=2 wname=["\\302\\233","\\n\\342\\200\\256"]',
    ],
    ['Twalk', { fid: 1, newfid: 2, wname: ['tmp', 'x"y'] }, 'Twalk tag=1 fid=1 newfid=2 wname=["tmp","x\\"y"]'],
    ['Rwalk', { wqid: [qid, { ...qid, type: 0 }] }, 'Rwalk tag=1 wqid=[(2c1fac 3 d),(2c1fac 3 -)]'],
    ['Rlerror', { ecode: 2 }, 'Rlerror tag=1 ecode=ENOENT'],
    [
      'Tversion',
      { tag: P9.NOTAG, msize: 8192, version: '9P2000.L' },
      'Tversion tag=NOTAG msize=8192 version="9P2000.L"',
    ],
    [
      'Tattach',
      { fid: 0, afid: P9.NOFID, uname: '', aname: '/', n_uname: P9.NONUNAME },
      'Tattach tag=1 fid=0 afid=NOFID uname="" aname="/" n_uname=NONUNAME',
    ],
    [
      'Tlcreate',
      { fid: 2, name: 'f', flags: LINUX.O_WRONLY | LINUX.O_CREAT | LINUX.O_SYNC, mode: 0o100644, gid: 0 },
      'Tlcreate tag=1 fid=2 name="f" flags=O_WRONLY|O_SYNC|O_CREAT mode=0100644 gid=0',
    ],
    ['Tlopen', { fid: 2, flags: 0 }, 'Tlopen tag=1 fid=2 flags=O_RDONLY'],
    ['Tlopen', { fid: 2, flags: LINUX.O_DSYNC | 0o40000000 }, 'Tlopen tag=1 fid=2 flags=O_RDONLY|O_DSYNC|040000000'],
    ['Rlopen', { qid: { ...qid, type: P9.QTSYMLINK }, iounit: 0 }, 'Rlopen tag=1 qid=(2c1fac 3 L) iounit=0'],
    [
      'Tunlinkat',
      { dfid: 1, name: 'd', flags: LINUX.AT_REMOVEDIR },
      'Tunlinkat tag=1 dfid=1 name="d" flags=AT_REMOVEDIR',
    ],
    ['Tunlinkat', { dfid: 1, name: 'd', flags: 0 }, 'Tunlinkat tag=1 dfid=1 name="d" flags=0'],
    ['Twrite', { fid: 3, offset: 4096, data: new Uint8Array(5) }, 'Twrite tag=1 fid=3 offset=4096 count=5'],
    ['Tgetattr', { fid: 3, request_mask: P9.GETATTR_BASIC }, 'Tgetattr tag=1 fid=3 request_mask=BASIC'],
    [
      'Tgetattr',
      { fid: 3, request_mask: P9.GETATTR_SIZE | P9.GETATTR_MODE },
      'Tgetattr tag=1 fid=3 request_mask=MODE|SIZE',
    ],
    [
      'Tsetattr',
      {
        fid: 3,
        valid: P9.SETATTR_SIZE | P9.SETATTR_MTIME | P9.SETATTR_MTIME_SET,
        size: 9,
        mtime_sec: 5,
        mtime_nsec: 7,
      },
      'Tsetattr tag=1 fid=3 valid=SIZE|MTIME|MTIME_SET size=9 mtime=5.000000007',
    ],
    [
      'Tlock',
      { fid: 1, ltype: 1, flags: 1, start: 0, length: 0, proc_id: 9, client_id: 'c' },
      'Tlock tag=1 fid=1 ltype=WRLCK flags=BLOCK start=0 length=0 proc_id=9 client_id="c"',
    ],
    ['Rlock', { status: 1 }, 'Rlock tag=1 status=BLOCKED'],
    [
      'Treaddir',
      { fid: 1, cookie: 2n ** 64n - 1n, count: 10 },
      'Treaddir tag=1 fid=1 cookie=18446744073709551615 count=10',
    ],
    [
      'Txattrcreate',
      { fid: 1, name: 'user.a', attr_size: 3, flags: 1 },
      'Txattrcreate tag=1 fid=1 name="user.a" attr_size=3 flags=XATTR_CREATE',
    ],
    ['Rclunk', {}, 'Rclunk tag=1'],
  ];
  for (const [name, fields, expected] of cases) assert.is(line(name, fields), expected);
});

test('a malformed message is printed, too', () => {
  const m = new Message();
  m.type = 200;
  assert.is(printMessage(m), 'type=200 tag=0');
});

test.run();
