// Hostile walks, names, fids and attaches: raw frames over TCP. The numbers are those of docs/security.md.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeFrame } from '../9p/schema/interpret.ts';
import { O_RDONLY, O_RDWR } from '../linux/constants.ts';
import { attack, changed, open, raw, type Walked } from './attacks-testing.ts';
import { attach } from './testing.ts';

attack('38: `..` at the root is the root', async (c) => {
  const up = (await c.ask('Twalk', { fid: 0, newfid: 1, wname: ['..', '..', '..'] })) as unknown as Walked;
  const here = (await c.ask('Twalk', { fid: 0, newfid: 2, wname: ['d', '..'] })) as unknown as Walked;
  assert.equal(new Set([...up.wqid, here.wqid[1]!].map(({ path }) => path)).size, 1);
});

attack('39: a slash, nothing or NUL in a name', async (c) => {
  for (const name of ['a/b', '', 'a\0', '/', '../f', 'd/..']) {
    assert.is(await c.errno('Twalk', { fid: 0, newfid: 1, wname: [name] }), 'EINVAL', name);
    assert.is(await c.errno('Tmkdir', { dfid: 0, name, mode: 0o755, gid: 0 }), 'EINVAL', name);
    assert.is(await c.errno('Tsymlink', { dfid: 0, name, symtgt: 'x', gid: 0 }), 'EINVAL', name);
    assert.is(await c.errno('Tunlinkat', { dfid: 0, name, flags: 0 }), 'EINVAL', name);
  }
});

attack('40: `.` and `..` in create, unlink and rename', async (c) => {
  await c.errno('Twalk', { fid: 0, newfid: 1, wname: ['d'] });
  for (const name of ['.', '..']) {
    assert.is(await c.errno('Tlcreate', { fid: 1, name, flags: O_RDWR, mode: 0, gid: 0 }), 'EINVAL');
    assert.is(await c.errno('Tmkdir', { dfid: 1, name, mode: 0, gid: 0 }), 'EINVAL');
    assert.is(await c.errno('Tunlinkat', { dfid: 1, name, flags: 0x200 }), 'EINVAL');
    assert.is(await c.errno('Trenameat', { olddirfid: 1, oldname: name, newdirfid: 0, newname: 'x' }), 'EINVAL');
    assert.is(await c.errno('Trenameat', { olddirfid: 1, oldname: 'e', newdirfid: 0, newname: name }), 'EINVAL');
  }
});

attack('41: 17 names', async (c) => {
  const sixteen = encodeFrame('Twalk', { tag: 1, fid: 0, newfid: 1, wname: Array.from({ length: 16 }, () => '.') });
  assert.is(await raw(c, sixteen), 'Rwalk');
  await c.errno('Tclunk', { fid: 1 });
  const seventeen = changed(sixteen, (_, bytes) => {
    const more = new Uint8Array(bytes.length + 3);
    more.set(bytes);
    more.set([1, 0, 0x2e], bytes.length);
    more[15] = 17;
    return more;
  });
  assert.is(await raw(c, seventeen), 'EINVAL');
});

attack('42: a walk that fails behind the first name', async (c) => {
  const reply = (await c.ask('Twalk', { fid: 0, newfid: 1, wname: ['d', 'e', 'no', 'x'] })) as unknown as Walked;
  assert.is(reply.wqid.length, 2);
  assert.is(await c.errno('Tgetattr', { fid: 1, request_mask: 0 }), 'EBADF');
});

attack('43: newfid in use', async (c) => {
  await c.errno('Twalk', { fid: 0, newfid: 1, wname: ['d'] });
  assert.is(await c.errno('Twalk', { fid: 0, newfid: 1, wname: ['f'] }), 'EBADF');
  assert.is(await c.errno('Tattach', attach(1)), 'EBADF');
});

attack('44: a walk from an open fid leaves it where it is', async (c) => {
  await open(c, 1, 'd', O_RDONLY);
  assert.is(await c.errno('Twalk', { fid: 1, newfid: 1, wname: ['e'] }), 'EINVAL');
  assert.is(await c.errno('Twalk', { fid: 1, newfid: 2, wname: ['e'] }), 'Rwalk', 'as Linux walks');
  assert.is(await c.errno('Treaddir', { fid: 2, cookie: 0n, count: 1000 }), 'EBADF', 'the new one is not open');
});

attack('45: open twice', async (c) => {
  await open(c, 1, 'f', O_RDWR);
  assert.is(await c.errno('Tlopen', { fid: 1, flags: O_RDONLY }), 'EINVAL');
  assert.is(await c.errno('Tlcreate', { fid: 1, name: 'x', flags: O_RDWR, mode: 0, gid: 0 }), 'EINVAL');
});

attack('46: reads and writes of a fid that is not open, or not for this', async (c) => {
  await c.errno('Twalk', { fid: 0, newfid: 1, wname: ['f'] });
  const io = async (fid: number): Promise<string[]> => [
    await c.errno('Tread', { fid, offset: 0, count: 1 }),
    await c.errno('Twrite', { fid, offset: 0, data: Uint8Array.of(1) }),
    await c.errno('Tfsync', { fid, datasync: 0 }),
  ];
  assert.equal(await io(1), ['EBADF', 'EBADF', 'EBADF']);
  await c.errno('Tclunk', { fid: 1 });
  assert.equal(await io(1), ['EBADF', 'EBADF', 'EBADF']);
  await open(c, 2, 'f', 1);
  assert.equal(await io(2), ['EBADF', 'Rwrite', 'Rfsync']);
  await open(c, 3, 'f', O_RDONLY);
  assert.equal(await io(3), ['Rread', 'EBADF', 'Rfsync']);
});

attack('47: the fid of another session', async (c, tcp) => {
  const other = await (await tcp.connect()).begin();
  await open(other, 77, 'f', O_RDWR);
  assert.is(await c.errno('Tread', { fid: 77, offset: 0, count: 1 }), 'EBADF');
  assert.is(await c.errno('Tclunk', { fid: 77 }), 'EBADF');
  await other.close();
});

attack('48, 49: an afid; a name that is not exported', async (c) => {
  assert.is(await c.errno('Tattach', { ...attach(5), afid: 3 }), 'EPERM');
  for (const aname of ['etc', '/../', '/..', 'd', '/d', '.', '\0']) {
    assert.is(await c.errno('Tattach', attach(5, aname)), 'EPERM', aname);
  }
});

test.run();
