// The server under test: `wasi9p serve` of dist/, as users start it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/**
 * Starts the server with a TCP address, a unix socket, one for WebSockets, and an export for each store. `trace` is a file for its messages.
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
      ...[COMMAND, 'serve', '--listen', 'tcp:127.0.0.1:0', '--listen', `unix:${socket}`, '--listen', 'ws:127.0.0.1:0'],
      ...['--mem', '/ram=512M', '--dir', `${served}::/dir`, '--overlay', `${lower}::/overlay`, '--stats'],
      // QEMU connects to the unix socket when it starts, long before the machine mounts it.
      ...['--handshake-timeout', '3600s'],
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
  const [port = 0, webPort = 0] = await /** @type {Promise<number[]>} */ (
    new Promise((resolve, reject) => {
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        said += text;
        const found = /listening on tcp:127\.0\.0\.1:(\d+)[^]*listening on ws:127\.0\.0\.1:(\d+)/.exec(said);
        if (found !== null) resolve(found.slice(1, 3).map(Number));
      });
      void ended.then(() => reject(new Error(`wasi9p serve ended: ${errors}`)));
    })
  );
  return {
    port,
    webPort,
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
