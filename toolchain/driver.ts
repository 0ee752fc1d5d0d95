// The compiler driver: asks clang for its steps and runs them one after another, since a WASI program cannot spawn.
import { Capture } from './capture.ts';
import { parsePlan } from './plan.ts';
import type { Host } from './run.ts';
import { say } from './sink.ts';
import type { Toolchain } from './toolchain.ts';

/** The compiler driver by the language it links for. */
export type Driver = 'clang' | 'clang++';

/**
 * Does what `clang` or `clang++` does with these arguments, and returns its exit status. A WASI program
 * cannot start others, so the driver is asked for its plan (`-###`) and the steps are run here one
 * after another. As clang does, a step that needs what a failed one should have made is left out.
 */
export function drive(tools: Toolchain, driver: Driver, args: readonly string[], host: Host): number {
  if (runsItself(args)) return tools.run([driver, ...args], host);
  const err = new Capture();
  const status = tools.run([driver, '-###', ...args], {
    ...host,
    stdin: '',
    stdout: () => {},
    stderr: err.sink,
  });
  const text = err.text();
  const plan = parsePlan(text);
  // Nothing to start: --version, -print-…, no input at all. What the driver says then is not what -### says.
  if (plan.steps.length === 0) return tools.run([driver, ...args], host);
  const shown = isVerbose(args) ? text : plan.messages;
  if (shown !== '') say(host.stderr, shown);
  return status === 0 ? runSteps(tools, driver, plan.steps, host) : status;
}

/** Whether the driver starts no other tool: it is asked for its plan only, or is not in driver mode at all. */
function runsItself(args: readonly string[]): boolean {
  return args.includes('-###') || isFrontEnd(args);
}

/** Whether these arguments are for clang's front end or assembler itself, as in the steps of a plan. */
export function isFrontEnd(args: readonly string[]): boolean {
  return args[0]?.startsWith('-cc1') ?? false;
}

function isVerbose(args: readonly string[]): boolean {
  return args.includes('-v') || args.includes('--verbose');
}

function runSteps(tools: Toolchain, driver: Driver, steps: readonly string[][], host: Host): number {
  const spoiled = new Set<string>();
  let status = 0;
  for (const step of steps) {
    // The path of the running executable is unknown under WASI, so it is printed as an empty first argument.
    const argv = step[0] === '' ? step.slice(1) : step;
    const output = outputOf(argv);
    const code = needs(argv, spoiled) ? -1 : tools.run(argv, host);
    if (code === 0) continue;
    if (output !== '-') spoiled.add(output);
    if (code < 0) continue;
    status ||= code;
    // clang's own front end has said what is wrong.
    if (argv[1] !== '-cc1') say(host.stderr, failure(driver, argv, code));
  }
  return status;
}

function outputOf(argv: readonly string[]): string {
  const at = argv.lastIndexOf('-o');
  return at < 0 ? '-' : (argv[at + 1] ?? '-');
}

function needs(argv: readonly string[], spoiled: ReadonlySet<string>): boolean {
  return argv.some((argument, at) => argv[at - 1] !== '-o' && spoiled.has(argument));
}

function failure(driver: Driver, argv: readonly string[], code: number): string {
  const step = argv[0]!.endsWith('ld') ? 'linker' : argv[1] === '-cc1as' ? 'assembler' : argv[0]!;
  return `${driver}: error: ${step} command failed with exit code ${code} (use -v to see invocation)\n`;
}
