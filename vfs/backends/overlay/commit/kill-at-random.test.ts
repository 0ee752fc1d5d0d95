// kill -9 at random moments of commits: resuming completes them, undoing reverts them, and no staging directory is
// left. WASI9P_KILLS=500 sets the number of kills for each workload.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostDir } from '../../hostdir/index.ts';
import { scratch } from '../../hostdir/testing.ts';
import { settle, unsettled } from '../index.ts';
import { WORKLOADS } from './kill-testing.ts';

const KILLS = Number(process.env['WASI9P_KILLS'] ?? 6);
const PLACE = fs.existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

const killed = suite('a commit that is killed');
const child = fileURLToPath(new URL(`../../../.build/kill-testing-${process.pid}.mjs`, import.meta.url));

killed.before(async () => {
  const entry = fileURLToPath(new URL('kill-testing.ts', import.meta.url));
  const options = { bundle: true, format: 'esm', platform: 'node', packages: 'external', logLevel: 'error' } as const;
  await build({ entryPoints: [entry], outfile: child, ...options });
});

killed.after(() => fs.rmSync(child));

/** Returns mode, links, length and content of each file. */
function tree(root: string): string {
  const lines: string[] = [];
  for (const path of fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const st = fs.statSync(`${root}/${path}`);
    const what = st.isFile() ? fs.readFileSync(`${root}/${path}`, 'latin1') : '';
    const ends =
      what.length > 100 ? `${what.length} ${what.slice(0, 20)}${what.slice(-20)} ${what.split('n').length}` : what;
    lines.push(`${path} ${st.mode.toString(8)} ${st.nlink} ${ends}`);
  }
  return lines.join('\n');
}

/** Commits in a child process that is killed some milliseconds after it has printed a word. Returns its output. */
function commitFor(root: string, workload: string, word: string, ms: number): Promise<string> {
  return new Promise((resolve) => {
    const running = spawn(process.execPath, [child, root, workload], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    let timer: NodeJS.Timeout | undefined;
    running.stdout.on('data', (bytes: Buffer) => {
      const isNew = !said.includes(word);
      said += bytes.toString();
      if (isNew && said.includes(word) && ms < Infinity) timer = setTimeout(() => running.kill('SIGKILL'), ms);
    });
    running.on('close', () => {
      clearTimeout(timer);
      resolve(said);
    });
  });
}

/** The time from its start, and from the first step of its journal; null if it was killed. */
function ending(said: string): [number, number] | null {
  const found = /^0 ([\d.]+) ([\d.]+)$/m.exec(said);
  return found === null ? null : [Number(found[1]), Number(found[2])];
}

for (const [workload, { plant }] of Object.entries(WORKLOADS)) {
  killed(`${workload}: ${KILLS} times at random moments`, async () => {
    const { root, remove } = scratch(PLACE);
    try {
      fs.mkdirSync(`${root}/planted`);
      plant(`${root}/planted`);
      const old = tree(`${root}/planted`);
      const copy = (): string => {
        fs.rmSync(`${root}/w`, { recursive: true, force: true });
        fs.mkdirSync(`${root}/w`);
        plant(`${root}/w`);
        return `${root}/w`;
      };
      const whole = ending(await commitFor(copy(), workload, 'begins', Infinity));
      assert.ok(whole !== null);
      const done = tree(`${root}/w`);
      const met = { nothing: 0, completed: 0, undone: 0, done: 0 };
      for (let i = 0; i < KILLS; i++) {
        const work = copy();
        // Most of the time is spent before the first step.
        const [word, took] = i % 4 < 2 ? (['begins', whole[0]] as const) : (['steps', whole[1]] as const);
        const ended = ending(await commitFor(work, workload, word, Math.random() * took));
        const lower = hostDir(work);
        const how = i % 2 === 0 ? 'resume' : 'undo';
        const { errno, path, outcome } = settle(lower, how);
        const left = unsettled(lower);
        lower.close();
        assert.equal([errno, path, left], [0, '', []]);
        const now = tree(work);
        if (outcome === 'completed') assert.ok(now === done, 'it is complete');
        else if (outcome === 'undone') assert.ok(now === old, 'nothing was done');
        else assert.ok(now === (ended === null ? old : done) || now === done, 'it is one or the other');
        met[ended === null ? outcome : 'done']++;
      }
      if (process.env['WASI9P_KILLS'] !== undefined)
        console.log(workload, whole.map(Math.round), 'ms', JSON.stringify(met));
    } finally {
      remove();
    }
  });
}

killed.run();
