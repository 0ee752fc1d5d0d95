// runTests on directories of programs that pass, fail, trap, hang, flood, leak and write.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseExpectations } from './expectations.ts';
import { OUTPUT_MAX } from './output.ts';
import type { TestResult } from './result.ts';
import { acting, inDir, runIn } from './testing.ts';

const all = async (specs: Readonly<Record<string, object>>): Promise<Record<string, string | Uint8Array>> =>
  Object.assign({}, ...(await Promise.all(Object.entries(specs).map(([name, spec]) => acting(name, spec)))));

test('exit status, outputs, arguments, environment and stdin', async () => {
  const files = await all({
    passes: { args: ['print=hello', 'complain=oh', 'exit=3'], exit_code: 3, stdout: 'hello\n', stderr: 'oh\n' },
    status: { args: ['exit=3'] },
    output: { args: ['print=a', 'print=c'], stdout: 'a\nb\n' },
    env: { args: ['env=NAME', 'env=PATH', 'env=HOME'], env: { NAME: 'value' }, stdout: 'value\nunset\nunset\n' },
    stdin: { args: ['echo'], stdin: 'one\ntwo\n', stdout: 'one\ntwo\n' },
  });
  await inDir(files, async (dir) => {
    const { summary, of } = await runIn(dir);
    assert.equal([summary.passed, summary.failed, summary.skipped], [3, 2, 0]);
    assert.equal(of('status').failures, ['Its exit status is 3, expected 0.']);
    assert.equal(of('output').failures, ['Its stdout differs (- expected, + written):\n  a\n- b\n+ c']);
    assert.is(of('output').stdout, 'a\nc\n');
    assert.is(of('passes').stdout, '', 'that of a test that passes is not kept');
  });
});

test('a program that spins is ended, its output so far is kept, and the others run on', async () => {
  const specs: Record<string, object> = { spins: { args: ['print=before', 'spin'], timeout: 300 } };
  for (let i = 0; i < 6; i++) specs[`other${i}`] = { args: [`print=${i}`], stdout: `${i}\n` };
  await inDir(await all(specs), async (dir) => {
    const { summary, of } = await runIn(dir, { jobs: 2 });
    assert.is(summary.passed, 6);
    assert.equal(of('spins').failures, ['It was ended after 300 ms.']);
    assert.is(of('spins').stdout, 'before\nspinning\n');
  });
});

test('traps, stack overflows, and files that are not programs', async () => {
  const files = {
    ...(await all({
      traps: { args: ['trap'] },
      aborts: { args: ['trap'], exit_code: 134 },
      recurses: { args: ['recurse=100000000'] },
    })),
    'text.wasm': 'not a module',
    'empty.wasm': Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    // Its wasm start function calls itself.
    'starts.wasm': Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 6, 1, 4, 0, 0x10, 0, 0x0b],
    ]),
  };
  await inDir(files, async (dir) => {
    const { of } = await runIn(dir);
    assert.match(of('traps').failures[0]!, /^It trapped: unreachable\n +at .*wasm/);
    assert.is(of('aborts').status, 'pass', '134 stands for a trap');
    assert.match(of('recurses').failures[0]!, /^It trapped: Maximum call stack size exceeded/);
    assert.match(of('starts').failures[0]!, /^It trapped: Maximum call stack size exceeded\n +at .*wasm/);
    assert.match(of('text').failures[0]!, /^text\.wasm cannot be started: .*magic/);
    assert.is(of('empty').failures[0], 'empty.wasm cannot be started: it has no function _start.');
  });
});

test('each test has its own copy of a fixture, which stays as it is', async () => {
  const write = (text: string): object => ({
    args: ['read=data/in', `write=data/${text}`, 'remove=data/in'],
    dirs: ['data'],
    stdout: 'seed\n',
  });
  const files = {
    ...(await all({ a: write('a'), b: write('b'), c: { ...write('c'), exit_code: 1 } })),
    'data/in': 'seed',
  };
  await inDir(files, async (dir) => {
    const { summary, of } = await runIn(dir);
    assert.equal([summary.passed, summary.failed], [2, 1]);
    assert.equal(of('c').changes, ['A data/c', 'D data/in']);
    assert.equal(readdirSync(join(dir, 'data')), ['in']);
  });
});

test('a root, and an empty /tmp beside it', async () => {
  const files = {
    ...(await all({
      root: { args: ['read=/in', 'write=/tmp/x', 'write=/y'], root: 'data', tmp: true, stdout: 'seed\n', exit_code: 1 },
      none: { args: ['write=/tmp/x'], root: 'data', exit_code: 9 },
    })),
    'data/in': 'seed',
  };
  await inDir(files, async (dir) => {
    const { of } = await runIn(dir);
    assert.equal(of('root').changes, ['A /tmp/x', 'A /y']);
    assert.is(of('none').status, 'pass');
  });
});

test('files left in /tmp and open orphans fail a test that forbids them', async () => {
  const args = ['write=/tmp/left', 'orphan=/tmp/orphan'];
  const files = await all({
    forbids: { args, leaks: false },
    allows: { args },
    exits: { args: [...args, 'exit=0'], leaks: false },
  });
  await inDir(files, async (dir) => {
    const { of } = await runIn(dir);
    const expected = ['It left in /tmp: /tmp/left.', 'It ended with 1 unlinked file open.'];
    assert.equal(of('forbids').failures, expected);
    assert.equal(of('exits').failures, expected, 'by proc_exit, too');
    assert.is(of('allows').status, 'pass');
    const lenient = await runIn(dir, { leaks: false });
    assert.is(lenient.summary.failed, 0);
  });
});

test('an output without end fails a test, and does not fill the memory', async () => {
  const files = await all({ floods: { args: ['flood=40'] } });
  await inDir(files, async (dir) => {
    const { of } = await runIn(dir);
    assert.match(of('floods').failures[0]!, new RegExp(`wrote ${40 << 20} bytes to stdout; more than ${OUTPUT_MAX}`));
    assert.is(of('floods').stdout.length, OUTPUT_MAX);
  });
});

test('expectations: skip, a failure that is expected, and a pass that is not', async () => {
  const files = await all({
    skips: { args: ['exit=1'] },
    fails: { args: ['exit=1'] },
    passes: {},
    kills: { operations: [{ type: 'run' }, { type: 'kill' }, { type: 'wait' }] },
  });
  const toml = `[[suite]]\nname = "."\n[[suite.test]]\nname = "skips"\naction = "skip"\n[[suite.test]]\nname = "fails"\nexpected = "fail"\n[[suite.test]]\nname = "passes"\nexpected = "fail"\n`;
  await inDir(files, async (dir) => {
    const { summary, of } = await runIn(dir, { expectations: parseExpectations(toml, 'x.toml') });
    const statuses = summary.results.map(({ name, status }) => `${name} ${status}`);
    assert.equal(statuses, ['fails xfail', 'kills skip', 'passes xpass', 'skips skip']);
    assert.is(of('kills').reason, 'it has the operation kill');
    assert.equal([summary.passed, summary.failed, summary.skipped, summary.xfailed, summary.xpassed], [1, 1, 2, 1, 1]);
  });
});

test('a failed test is run again, and a spinning one as well', async () => {
  const files = await all({ fails: { args: ['exit=1'] }, spins: { args: ['spin'], timeout: 100 } });
  await inDir(files, async (dir) => {
    const { of } = await runIn(dir, { retries: 2 });
    assert.equal([of('fails').tries, of('spins').tries], [3, 3]);
  });
});

test('filters and shards', async () => {
  const names = ['a/one', 'a/two', 'b/one', 'b/two', 'c/three'];
  const files = await all(Object.fromEntries(names.map((name) => [name, {}])));
  await inDir(files, async (dir) => {
    const run = async (options: object): Promise<string[]> =>
      (await runIn(dir, options)).summary.results.map(({ name }) => name);
    assert.equal(await run({ filter: ['one', 'three'] }), ['a/one', 'b/one', 'c/three']);
    assert.equal(await run({ filter: ['nothing'] }), []);
    const parts = await Promise.all([1, 2, 3].map((index) => run({ shard: { index, count: 3 } })));
    assert.equal(parts.flat().sort(), names);
    assert.equal(
      parts.map((part) => part.length),
      [2, 2, 1],
    );
  });
});

test('snapshots are written by update, and compared afterwards', async () => {
  const files = await all({
    snap: { args: ['print=one', 'write=/out'] },
    given: { args: ['print=one'], stdout: 'one\n' },
  });
  await inDir(files, async (dir) => {
    const first = await runIn(dir, { update: true });
    assert.is(first.summary.failed, 0);
    assert.equal(
      readdirSync(dir).filter((name) => /stdout|stderr|tree/.test(name)),
      ['given.tree', 'snap.stdout', 'snap.tree'],
    );
    assert.is(readFileSync(join(dir, 'snap.stdout'), 'utf8'), 'one\n');
    assert.match(readFileSync(join(dir, 'snap.tree'), 'utf8'), /^A \/out 7 [\da-f]{64}\n$/);
    assert.is((await runIn(dir)).summary.failed, 0);
    assert.equal((await runIn(dir, { update: true })).summary.updated, [], 'nothing has changed');

    writeFileSync(join(dir, 'snap.json'), JSON.stringify({ args: ['print=two', 'complain=x', 'write=/other'] }));
    const { of } = await runIn(dir);
    assert.equal(
      of('snap').failures.map((text) => text.split('\n')[0]),
      [
        'Its stdout differs (- expected, + written):',
        'Its stderr differs (- expected, + written):',
        'Its changed files differ (- expected, + found):',
      ],
    );
    await runIn(dir, { update: true });
    assert.ok(existsSync(join(dir, 'snap.stderr')));
    assert.is((await runIn(dir)).summary.failed, 0);
  });
});

test('a source beside a specification is compiled, with the headers beside it', async () => {
  const files = {
    'sum.c': '#include <stdio.h>\n#include "sum.h"\nint main(void) { printf("%d\\n", SUM + MORE); }\n',
    'sum.h': '#define SUM 3\n',
    'sum.json': JSON.stringify({ flags: ['-DMORE=4'], stdout: '7\n' }),
    'bad.c': 'int main(void) { return wrong; }\n',
    'bad.json': '{}',
    'ignored.c': 'not a test, since it has no specification',
  };
  await inDir(files, async (dir) => {
    const { summary, of } = await runIn(dir);
    assert.equal(
      summary.results.map(({ name, status }) => `${name} ${status}`),
      ['bad fail', 'sum pass'],
    );
    assert.match(of('bad').failures[0]!, /^The compilation of bad\.c failed:\n.*bad\.c:1:\d+: error/s);
  });
});

test('a worker that dies fails its test only', async () => {
  const files = await all({ a: {}, b: {} });
  await inDir({ ...files, 'dies.mjs': 'throw new Error("no start");\n' }, async (dir) => {
    const { of } = await runIn(dir, { worker: join(dir, 'dies.mjs') });
    assert.is(of('a').failures[0], 'a.wasm was cut off: no start.');
    assert.is(of('b').status, 'fail');
  });
});

test('an invalid specification fails its test, with the file and the key', async () => {
  const files = await all({ wrong: { arguments: [] }, types: { args: 'x' } });
  await inDir(files, async (dir) => {
    const { of } = await runIn(dir);
    assert.match(of('wrong').failures[0]!, /wrong\.json: unknown key "arguments"\.$/);
    assert.match(of('types').failures[0]!, /types\.json: "args" must be an array of strings\.$/);
  });
});

test('a root that holds the test itself hides no tests', async () => {
  const files = {
    ...(await all({ 'in/self': { root: '.' }, 'in/above': { root: '..' }, 'in/top': { root: '/' }, beside: {} })),
    ...(await all({ uses: { dirs: ['data'] }, 'data/inner': {} })),
  };
  await inDir(files, async (dir) => {
    const { summary } = await runIn(dir);
    const names = summary.results.map(({ name, status }) => `${name} ${status}`);
    assert.equal(names, ['beside pass', 'in/above pass', 'in/self pass', 'in/top pass', 'uses pass']);
  });
});

test('directories and fifos in the place of files fail their tests only', async () => {
  await inDir({ ...(await all({ a: {}, b: {}, c: {}, d: {} })), 'fifo.h': '' }, async (dir) => {
    for (const name of ['a.json', 'b.stdout', 'c.json', 'd.json']) rmSync(join(dir, name), { force: true });
    mkdirSync(join(dir, 'a.json'));
    mkdirSync(join(dir, 'b.stdout'));
    symlinkSync('c.json', join(dir, 'c.json'));
    if (process.platform !== 'win32') {
      for (const name of ['d.json', 'e.wasm']) assert.is(spawnSync('mkfifo', [join(dir, name)]).status, 0);
    }
    const { summary, of } = await runIn(dir);
    assert.is(summary.results.length, 4);
    assert.match(of('a').failures[0]!, /a\.json is not a file\.$/);
    assert.match(of('b').failures[0]!, /b\.stdout is not a file\.$/);
    assert.match(of('c').failures[0]!, /c\.json cannot be read \(ELOOP\)\.$/);
    if (process.platform !== 'win32') assert.match(of('d').failures[0]!, /d\.json is not a file\.$/);
  });
});

test('snapshots that cannot be written fail their test only', async () => {
  await inDir(await all({ a: { args: ['print=x'] }, b: { args: ['print=x'] } }), async (dir) => {
    symlinkSync('a.stdout', join(dir, 'a.stdout'));
    // Not found by existsSync, and not written.
    const { of } = await runIn(dir, { update: true, filter: ['b'] });
    assert.is(of('b').status, 'pass');
    rmSync(join(dir, 'a.stdout'));
    symlinkSync('none/a.stdout', join(dir, 'a.stdout'));
    const { of: then } = await runIn(dir, { update: true });
    assert.match(
      then('a').failures[0]!,
      /^Its snapshots cannot be written: .*a\.stdout is a symlink: replace it by a file/,
    );
    assert.is(then('b').status, 'pass');
    // The target of the symlink stays as it is, also if the snapshot would be removed.
    writeFileSync(join(dir, 'victim'), 'precious');
    rmSync(join(dir, 'a.stdout'));
    for (const [name, args] of [
      ['a.stdout', ['print=x']],
      ['a.stderr', []],
      ['a.tree', ['write=/x']],
    ] as const) {
      symlinkSync('victim', join(dir, name));
      writeFileSync(join(dir, 'a.json'), JSON.stringify({ args }));
      const { of: last } = await runIn(dir, { update: true, filter: ['a'] });
      assert.match(last('a').failures[0]!, new RegExp(`${name.replace('.', '\\.')} is a symlink`));
      assert.is(readFileSync(join(dir, 'victim'), 'utf8'), 'precious');
      rmSync(join(dir, name));
    }
  });
});

test('what a program makes of its files does not end the run', async () => {
  const files = {
    ...(await all({
      deep: { args: ['deep=3000'], leaks: false },
      replaces: { args: ['replace=/tmp'], leaks: false },
      line: { args: ['write=/a\nA b', 'exit=1'] },
      nested: { args: ['write=/x/new', 'write=/new'], dirs: { '/': 'data', '/x': 'data' } },
      named: { args: ['write=__proto__/new', 'exit=1'], dirs: JSON.parse('{ "__proto__": "data" }') as object },
      later: { args: ['print=ok'], stdout: 'ok\n' },
    })),
    'data/in': 'seed',
  };
  await inDir(files, async (dir) => {
    const { of } = await runIn(dir, { jobs: 1 });
    assert.match(of('deep').failures[0]!, /^It left in \/tmp: \/tmp\/d\/, .* and 2990 more\.$/);
    assert.is(of('replaces').status, 'pass');
    assert.equal(of('line').changes, ['A "/a\\nA b"']);
    assert.equal(of('named').changes, ['A __proto__/new']);
    assert.is(of('later').status, 'pass');
    await runIn(dir, { update: true, filter: ['nested'] });
    const [a, b] = readFileSync(join(dir, 'nested.tree'), 'utf8').split('\n');
    assert.match(`${a}\n${b}`, /^A \/new 7 [\da-f]{64}\nA \/x\/new 7 [\da-f]{64}$/);
  });
});

test('reporters are called in order, with every test once', async () => {
  const files = await all({ a: {}, b: { args: ['exit=1'] } });
  await inDir(files, async (dir) => {
    const heard: string[] = [];
    const reporter = {
      start: (tests: readonly { name: string }[]) => heard.push(`start ${tests.length}`),
      running: (name: string) => heard.push(`running ${name}`),
      result: ({ name, status }: TestResult) => heard.push(`${status} ${name}`),
      end: ({ passed }: { passed: number }) => heard.push(`end ${passed}`),
    };
    await runIn(dir, { reporters: [reporter], jobs: 1 });
    assert.equal(heard, ['start 2', 'running a', 'pass a', 'running b', 'fail b', 'end 1']);
  });
});

test('options and paths are checked', async () => {
  for (const options of [
    { retries: -1 },
    { jobs: 0 },
    { timeout: 0.5 },
    { shard: { index: 3, count: 2 } },
    { paths: [] },
  ]) {
    try {
      await runIn('.', options);
      assert.unreachable(JSON.stringify(options));
    } catch (error) {
      assert.ok(error instanceof TypeError, `${JSON.stringify(options)}: ${String(error)}`);
    }
  }
  await inDir({ 'a.txt': '' }, async (dir) => {
    for (const [path, message] of [
      ['missing', /missing does not exist/],
      ['a.txt', /is not a test/],
    ] as const) {
      try {
        await runIn(join(dir, path));
        assert.unreachable(path);
      } catch (error) {
        assert.match((error as Error).message, message);
      }
    }
  });
});

test.run();
