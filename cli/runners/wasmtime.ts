// The command line of wasmtime: `[OPTIONS] [run] [OPTIONS] PROGRAM [ARGUMENTS]`.
import type { Option } from '../lib/options.ts';
import { MEANINGS } from './apply.ts';
import { applyGroup } from './groups.ts';
import type { Grammar, GrammarOption } from './grammar.ts';
import { DIR, ENV, SHARED_OPTIONS } from './options.ts';
import type { RunPlan } from './run-plan.ts';

/** Adds a directory as written: `HOST` or `HOST::GUEST`. */
export function grantDir(plan: RunPlan, value: string): void {
  const [host = '', guest = host] = value.split('::');
  plan.grants.push({ host, guest, written: `--dir ${value}` });
}

/** The reverse, of older versions: `GUEST::HOST`. */
function grantMapdir(plan: RunPlan, value: string): void {
  const [guest = '', host = guest] = value.split('::');
  plan.grants.push({ host, guest, written: `--mapdir ${value}` });
}

function withMeaning(option: Option): GrammarOption {
  const act = MEANINGS.get(option.name);
  return act === undefined ? option : { ...option, act };
}

export const HELP: Option = { name: 'help', help: 'Prints this help.' };
export const VERSION: Option = { name: 'version', letter: 'V', help: 'Prints the version.' };

export const WASMTIME: Grammar = {
  name: 'wasmtime',
  usage: '[OPTIONS] [run] [OPTIONS] PROGRAM [ARGUMENTS]',
  options: [
    { ...DIR, act: grantDir },
    ...SHARED_OPTIONS.map((option) => (option.name === 'mapdir' ? { ...option, act: grantMapdir } : option)).map(
      withMeaning,
    ),
    withMeaning(ENV),
    {
      name: 'tcplisten',
      many: true,
      value: 'HOST:PORT',
      help: '-S tcplisten=HOST:PORT, as older versions write it.',
      act: (plan, value) => applyGroup(plan, 'wasi', `tcplisten=${value}`),
    },
    HELP,
    VERSION,
  ],
  needsRun: false,
  commands: [
    ...['compile', 'completion', 'config', 'explore', 'help', 'hot-blocks', 'objdump', 'replay', 'serve', 'settings'],
    ...['wast', 'wizer'],
  ],
  baseName: true,
  timedOut: 134,
  refusesStatus: true,
};

/** The command line of wasmtime 13 and older, as far as it differs after the program. */
const OLD_WASMTIME: Grammar = { ...WASMTIME, lateOptions: true };

/**
 * The command line that counts: as in wasmtime 14 to 21, `WASMTIME_NEW_CLI=0` in the environment asks for the old one,
 * for toolchains that write `PROGRAM -- ARGUMENTS`, as Zig 0.11 does.
 */
export function wasmtimeOf(env: NodeJS.ProcessEnv): Grammar {
  return env['WASMTIME_NEW_CLI'] === '0' ? OLD_WASMTIME : WASMTIME;
}
