// Ends this process although one of its threads does not end.

/**
 * Ends this process while a thread waits in a call of the system, or runs a loop that V8 does not interrupt: process.exit
 * would wait for it. Another program in its place ends with the right status; Node before 22.15 has no way but a signal.
 */
export function endNow(status: number): void {
  process.removeAllListeners('warning');
  (process as { execve?(file: string, args: string[]): void }).execve?.('/bin/sh', ['sh', '-c', `exit ${status}`]);
  process.kill(process.pid, 'SIGKILL');
}
