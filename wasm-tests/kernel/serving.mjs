// The server under test: `wasi9p serve` of dist/, as users start it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/**
 * Starts the server with a TCP address, a unix socket and an export for each store. `trace` is a file for its messages.
 * @param {string} dir A folder for the socket and the stores. @param {string} [trace]
 */
export async function startServing(dir, trace) {
  const socket = join(dir, 'socket');
  const served = join(dir, 'dir');
  const lower = join(dir, 'lower');
  for (const each of [served, lower]) fs.mkdirSync(each);
  const child = spawn(
    process.execPath,
    [
      ...[COMMAND, 'serve', '--listen', 'tcp:127.0.0.1:0', '--listen', `unix:${socket}`],
      ...['--mem', '/ram=512M', '--dir', `${served}::/dir`, '--overlay', `${lower}::/overlay`, '--stats'],
      ...(trace === undefined ? [] : [`--trace=${trace}`, '--trace-time']),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => child.on('close', resolve));
  const port = await new Promise((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const found = /listening on tcp:127\.0\.0\.1:(\d+)[^]*listening on unix:/.exec(said)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    void ended.then(() => reject(new Error(`wasi9p serve ended: ${errors}`)));
  });
  return {
    port: /** @type {number} */ (port),
    socket,
    /** Ends the server by SIGTERM and returns why that is a failure, or ''; and the table of --stats. */
    async end() {
      child.kill('SIGTERM');
      const status = await ended;
      process.off('exit', stop);
      const left = [...fs.readdirSync(served), ...fs.readdirSync(lower)];
      if (status !== 0) return { why: `wasi9p serve ended with ${status}: ${errors}`, stats: '' };
      return { why: left.length > 0 ? `left in the directories: ${left.join(' ')}` : '', stats: errors };
    },
  };
}
