// Tries a host directory where the node:fs of the runtimes differ: run under Node, Deno and Bun.
// Prints `smoke: ` and the verdict, as main.mjs does.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { hostDir } from '../../../dist/backends/hostdir.js';
import { overlay } from '../../../dist/backends/overlay.js';
import { createFs } from '../../../dist/fs.js';

/** @returns {string} an error, or '' */
function onHost() {
  const root = fs.mkdtempSync(join(tmpdir(), 'wasi9p-on-host-'));
  try {
    return files(root) || removedBelow(root);
  } finally {
    fs.rmSync(root, { recursive: true });
  }
}

/** @param {string} root */
function files(root) {
  fs.mkdirSync(join(root, 'empty'));
  fs.writeFileSync(join(root, 'file'), '');
  execFileSync('sh', ['-c', 'ln -s "$(printf "\\377")" "$0"', join(root, 'odd')]);
  const backend = hostDir(root);
  const ours = createFs(backend);
  const found = [
    codeOf(() => ours.unlinkSync('/empty')),
    codeOf(() => ours.rmdirSync('/file')),
    codeOf(() => ours.lstatSync('/odd')),
    codeOf(() => {
      if (ours.readlinkSync('/odd') !== '\udcff') throw Object.assign(new Error('other bytes'), { code: 'other' });
    }),
    String(ours.readdirSync('/')),
  ].join(' ');
  ours.unmount();
  backend.close();
  // node:fs of Deno and Bun has no bytes of a target: without koffi it is EILSEQ.
  const target = backend.capabilities.rawNames === true ? 'ok' : 'EILSEQ';
  return found === `EISDIR ENOTDIR ok ${target} empty,file,odd` ? '' : `on a host directory: ${found}`;
}

/** A directory that others remove while an overlay has it. @param {string} root */
function removedBelow(root) {
  const lower = hostDir(root);
  const merged = overlay({ lower });
  const ours = createFs(merged);
  ours.writeFileSync('/empty/mine', 'mine');
  fs.rmdirSync(join(root, 'empty'));
  const found = `${ours.readdirSync('/empty')} ${merged.commit().errno} ${fs.readdirSync(join(root, 'empty'))}`;
  ours.unmount();
  lower.close();
  return found === 'mine 0 mine' ? '' : `on an overlay whose directory was removed: ${found}`;
}

/** @param {() => unknown} call */
function codeOf(call) {
  try {
    call();
    return 'ok';
  } catch (error) {
    return /** @type {{ code?: string }} */ (error).code ?? String(error);
  }
}

const verdict = onHost();
console.log(`smoke: ${verdict || 'ok'}`);
process.exitCode = verdict ? 1 : 0;
