// A machine of QEMU without KVM, with a kernel and an initramfs, whose results come by a serial port of virtio.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Missing, has } from './packages.mjs';

/**
 * The command and its environment: the machine's own QEMU, or Debian's package in the cache.
 * @param {import('./packages.mjs').Debian} debian
 * @returns {{ command: string, args: string[], env: NodeJS.ProcessEnv, version: string }}
 */
export function qemuOf(debian) {
  const command = 'qemu-system-x86_64';
  if (has(command)) return { command, args: [], env: process.env, version: versionOf(command, process.env) };
  const { root } = debian.closure('qemu', 'qemu-system-x86');
  const folders = ['lib', 'usr/lib'].flatMap((lib) => [
    `${lib}/x86_64-linux-gnu`,
    `${lib}/x86_64-linux-gnu/pulseaudio`,
  ]);
  const path = join(root, 'usr/bin', command);
  const env = { ...process.env, LD_LIBRARY_PATH: folders.map((folder) => join(root, folder)).join(':') };
  const args = ['-L', join(root, 'usr/share/qemu'), '-L', join(root, 'usr/share/seabios')];
  return { command: path, args, env, version: versionOf(path, env) };
}

/** @param {string} command @param {NodeJS.ProcessEnv} env @throws Missing if it does not run */
function versionOf(command, env) {
  const { stdout, stderr, error } = spawnSync(command, ['--version'], { env, encoding: 'utf8' });
  const found = /QEMU emulator version ([\d.]+)/.exec(stdout ?? '')?.[1];
  if (found === undefined) throw new Missing(`QEMU does not start: ${error?.message ?? stderr.trim()}`);
  return `QEMU ${found}`;
}

/** The kernel's options. With a TSC that it trusts, 62,000 messages take 16 s, not 18; with a second processor, 23 s. */
const APPEND = 'console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off clocksource=tsc tsc=reliable';

/** What the kernel prints when something is wrong with it or with its 9P client. */
const FAULT = /BUG:|WARNING:|Oops|general protection|Kernel panic|blocked for more than|9pnet: .*(bad|err)/i;

/**
 * Boots a machine and passes each line of its results to `onLine`, until it powers off.
 * @param {{
 *   qemu: ReturnType<typeof qemuOf>, kernel: string, initramfs: string, log: string, socket: string | null,
 *   timeLimit: number, onLine: (line: string) => void,
 * }} options `socket` is the unix socket behind the second port; `log` gets the kernel's messages.
 * @returns {Promise<string>} The reason why it failed; '' if it did not.
 */
export async function boot({ qemu, kernel, initramfs, log, socket, timeLimit, onLine }) {
  const child = spawn(
    qemu.command,
    [
      ...qemu.args,
      ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-m', '1024', '-smp', '1'],
      ...['-accel', 'tcg', '-kernel', kernel, '-initrd', initramfs],
      ...['-append', APPEND],
      ...['-serial', `file:${log}`, '-device', 'virtio-serial-pci'],
      ...['-chardev', 'stdio,id=results,signal=off', '-device', 'virtserialport,nr=1,chardev=results'],
      ...(socket === null
        ? []
        : ['-chardev', `socket,id=wire,path=${socket}`, '-device', 'virtserialport,nr=2,chardev=wire']),
      ...['-netdev', 'user,id=net,ipv6=off', '-device', 'virtio-net-pci,netdev=net,romfile='],
    ],
    { env: qemu.env, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  let said = '';
  let hasTimedOut = false;
  const timer = setTimeout(() => {
    hasTimedOut = true;
    child.kill('SIGKILL');
  }, timeLimit);
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  createInterface({ input: child.stdout }).on('line', onLine);
  const status = await new Promise((resolve) => {
    child.on('error', (error) => {
      said += error.message;
      resolve(-1);
    });
    child.on('close', resolve);
  });
  clearTimeout(timer);
  process.off('exit', stop);
  const printed = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split(/\r?\n/) : [];
  const fault = printed.findIndex((line) => FAULT.test(line));
  if (hasTimedOut)
    return `the machine has not ended in ${timeLimit / 1000} s; the kernel's last lines:\n${printed.slice(-20).join('\n')}`;
  if (status !== 0) return `QEMU ended with ${status}: ${said}`;
  return fault < 0 ? '' : `the kernel printed:\n${printed.slice(fault, fault + 30).join('\n')}`;
}
