// The meaning of the options of options.ts: each changes the plan, or is refused.
import { UsageError, type Parsed } from '../lib/options.ts';
import { parseSize } from '../mounts/mount-memory.ts';
import { applyConfig } from './config.ts';
import { GROUPS, applyGroup } from './groups.ts';
import { RunPlan, STACK_MAX } from './run-plan.ts';
import { parseDuration, wrongValue } from './values.ts';
import { variableOf } from './variable.ts';

type Meaning = (plan: RunPlan, value: string) => void;

/** An option that is refused because it would change the result. */
function refused(name: string, why: string): Meaning {
  return (_, value) => {
    throw new UsageError(`--${name} ${value}: not supported: ${why}.`);
  };
}

function unused(name: string): Meaning {
  return (plan, value) => plan.unused.push(value === '' ? `--${name}` : `--${name} ${value}`);
}

/** @throws UsageError if it is not a size. */
function bytesOf(option: string, value: string): number {
  const bytes = parseSize(value);
  if (bytes === undefined) throw wrongValue(`--${option} ${value}`, 'a size such as 16M or 1G');
  return bytes;
}

/** By the name of the option. */
export const MEANINGS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['env', setVariable],
  ['argv0', (plan, value) => (plan.argv0 = value)],
  ['invoke', (plan, value) => (plan.invoke = value)],
  ...GROUPS.map(({ name }): [string, Meaning] => [name, (plan, value) => applyGroup(plan, name, value)]),
  ['config', applyConfig],
  ['preload', refused('preload', 'modules are not linked; link them into one program')],
  ['profile', refused('profile', 'no profile is written; node --cpu-prof makes one')],
  ['gdbstub', refused('gdbstub', 'no debugger can be attached')],
  ['target', unused('target')],
  ['allow-precompiled', unused('allow-precompiled')],
  ['verbose', (plan) => (plan.verbose = true)],
  ['timeout', (plan, value) => (plan.timeout = timeout(value))],
  ['stack', (plan, value) => (plan.stack = checkedStack(value))],
  ['max-memory', (plan, value) => (plan.maxMemory = bytesOf('max-memory', value))],
]);

/** @throws UsageError if it is larger than V8 can have. -W max-wasm-stack is a limit, not a need: it may be. */
function checkedStack(value: string): number {
  const bytes = bytesOf('stack', value);
  if (bytes > STACK_MAX) throw wrongValue(`--stack ${value}`, `a size of at most ${STACK_MAX / 2 ** 20}M`);
  return bytes;
}

function timeout(value: string): RunPlan['timeout'] {
  const written = `--timeout ${value}`;
  return { ms: parseDuration(value, written), written };
}

/** Sets a variable of the program: `NAME=VALUE`, or `NAME`. @throws UsageError if the name is missing. */
export function setVariable(plan: RunPlan, word: string): void {
  const variable = variableOf(word);
  if (variable !== undefined) plan.env.set(...variable);
}

/** Returns the options with --config first: the others override it. */
export function configFirst(given: Parsed['given']): Parsed['given'] {
  const isConfig = ([name]: Parsed['given'][number]): boolean => name === 'config';
  return [...given.filter(isConfig), ...given.filter((option) => !isConfig(option))];
}

/** Returns the plan of the options; those of other tables are left. */
export function planOf({ given }: Parsed): RunPlan {
  const plan = new RunPlan();
  for (const [name, value] of configFirst(given)) MEANINGS.get(name)?.(plan, value);
  return plan;
}

/** The environment of the program: what is inherited, then what the options set. */
export function environmentOf({ inheritEnv, env, cwd, listen }: RunPlan): Record<string, string> {
  const inherited = inheritEnv ? (process.env as Record<string, string>) : {};
  return {
    ...inherited,
    ...(cwd !== null && { PWD: cwd }),
    // As sd_listen_fds(3) expects it.
    ...(listen.length > 0 && { LISTEN_FDS: String(listen.length) }),
    ...Object.fromEntries(env),
  };
}
