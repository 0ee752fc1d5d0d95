// Tries the options of traces: files and names, the tables, the capture.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unless } from '../../../build/test/skip.ts';
import { OFLAGS } from '../../../shim/preview1/abi/structs.ts';
import { READ_WRITE, ROOT, TestGuest } from '../../../testing/test-guest.ts';
import { Tracing } from './tracing.ts';

const NO_TSHARK = spawnSync('tshark', ['--version']).status === 0 ? '' : 'tshark is not installed';

const scratch = mkdtempSync(join(tmpdir(), 'wasi9p-tracing-'));
test.after(() => rmSync(scratch, { recursive: true }));

/** Runs a guest with options of `run`. Returns false if an output is incomplete. */
function trace(options: Record<string, string[]>): boolean {
  const tracing = new Tracing(new Map(Object.entries(options)));
  const g = new TestGuest({ files: { '/f': 'text' }, trace: tracing.tracer });
  const fd = g.open('new', { oflags: OFLAGS.CREAT, rights: READ_WRITE });
  g.ok('path_unlink_file', ROOT, 'new');
  g.write(fd, 'text');
  g.ok('fd_close', fd);
  g.end();
  return tracing.close();
}

const file = (name: string): string => join(scratch, name);

test('names and a file, in any order', () => {
  assert.ok(trace({ trace: [file('one'), 'fd_close,Tunlinkat', file('one')] }));
  assert.is(
    readFileSync(file('one'), 'utf8').replace(/^( *\w+).*$/gm, '$1'),
    'path_unlink_file\n    Tunlinkat\n    Runlinkat\nfd_close\n',
  );
});

test('a capture', () => {
  assert.ok(trace({ pcap: [file('p.pcapng')] }));
  assert.is(readFileSync(file('p.pcapng')).readUInt32LE(0), 0x0a0d0d0a);
});

unless(NO_TSHARK)('tshark names every message of a capture, and finds none malformed', () => {
  assert.ok(trace({ pcap: [file('t.pcapng')] }));
  const tshark = (...args: string[]): string =>
    spawnSync('tshark', ['-r', file('t.pcapng'), ...args], { encoding: 'utf8' }).stdout;
  const types = tshark('-Y', '9p', '-T', 'fields', '-e', '9p.msgtype').trim().split('\n');
  assert.equal(types, ['100', '101', '110', '111', '14', '15', '76', '77', '118', '119', '120', '121', '120', '121']);
  assert.is(tshark('-Y', '_ws.malformed'), '');
  const checks = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
  assert.is(tshark(...checks, '-Y', 'tcp.checksum.status == 0 || ip.checksum.status == 0'), '');
});

test('wrong values are refused, and no file is made', () => {
  const cases: [Record<string, string[]>, RegExp][] = [
    [{ trace: ['path_open,path_opn'] }, /path_opn is the name of no WASI call.* did you mean path_open\? A file of/],
    [{ trace: ['path_open,'] }, /'' is the name of no WASI call and of no 9P message\. A file of/],
    [{ trace: ['Twlak'] }, /did you mean Twalk\?/],
    [{ trace: [file('a'), file('b')] }, /--trace is given twice, with different files/],
    [{ 'trace-time': [''] }, /--trace-time needs --trace/],
  ];
  for (const [options, message] of cases) assert.throws(() => trace(options), message);
  assert.not(existsSync(file('a')));
});

test('an output that cannot be opened', () => {
  assert.throws(() => new Tracing(new Map([['pcap', [file('no/file')]]])), /^--pcap=.* cannot be written \(no such/);
});

test.run();
