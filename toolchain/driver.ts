// The compiler driver: asks clang for its steps and runs them one after another, since a WASI program cannot spawn.
import { Capture } from './capture.ts';
import { parsePlan } from './driver-plan.ts';
import type { ToolHost } from './run.ts';
import { say } from './sink.ts';
import type { Toolchain } from './toolchain.ts';

/** The compiler driver, by the language for which it links. */
export type Driver = 'clang' | 'clang++';

/**
 * Runs `clang` or `clang++` with these arguments, and returns its exit status. A WASI program cannot
 * spawn processes, so the driver prints its plan (`-###`) and the steps are run here one after another.
 * As in clang, a step that needs the output of a failed step is skipped.
 */
export function drive(tools: Toolchain, driver: Driver, args: readonly string[], host: ToolHost): number {
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
  // No steps: --version, -print-…, no input. Run without -###, whose output differs from the driver's.
  if (plan.steps.length === 0) return tools.run([driver, ...args], host);
  const shown = isVerbose(args) ? text : plan.messages;
  if (shown !== '') say(host.stderr, shown);
  return status === 0 ? runSteps(tools, driver, plan.steps, host) : status;
}

/** True if the driver spawns no tool: its arguments ask for the plan only, or select another mode. */
function runsItself(args: readonly string[]): boolean {
  return args.includes('-###') || isFrontEnd(args);
}

/** True if these arguments select clang's front end or assembler, as in the steps of a plan. */
export function isFrontEnd(args: readonly string[]): boolean {
  return args[0]?.startsWith('-cc1') ?? false;
}

function isVerbose(args: readonly string[]): boolean {
  return args.includes('-v') || args.includes('--verbose');
}

function runSteps(tools: Toolchain, driver: Driver, steps: readonly string[][], host: ToolHost): number {
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
    // clang's front end has printed the error.
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
