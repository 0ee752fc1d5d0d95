// The command lines of wazero, wasmer, wasmkit, wasmedge and iwasm, as toolchains write them.
import { UsageError } from '../lib/options.ts';
import { setVariable } from './apply.ts';
import type { Grammar, GrammarOption } from './grammar.ts';
import type { RunPlan } from './run-plan.ts';
import { numberOf, parseDuration } from './values.ts';
import { HELP, VERSION, grantDir } from './wasmtime.ts';

/** Refuses an option that would change the result. `why` ends the sentence. */
function refused(name: string, value: string | undefined, why: string): GrammarOption {
  return {
    ...{ name, ...(value !== undefined && { value, many: true }), help: `Not supported: ${why}.` },
    act() {
      throw new UsageError(`${name}: not supported: ${why}.`);
    },
  };
}

/** An option without effect. */
function unused(name: string, value?: string): GrammarOption {
  return { name, ...(value !== undefined && { value, many: true }), help: 'Without effect.' };
}

const NO_SOCKETS = 'sockets are made by wasi9p wasmtime -S tcplisten only';

function variable(value = 'NAME=VALUE'): GrammarOption {
  return { name: 'env', many: true, value, help: "Sets a variable of the program's environment.", act: setVariable };
}

const DIR: GrammarOption = {
  name: 'dir',
  many: true,
  value: 'HOST[::GUEST]',
  help: 'Grants a directory of this machine.',
  act: grantDir,
};

/** `HOST[:GUEST][:ro]`, as wazero writes a mount. */
function grantMount(plan: RunPlan, value: string): void {
  const readOnly = value.endsWith(':ro');
  const whole = readOnly ? value.slice(0, -3) : value;
  const at = whole.lastIndexOf(':');
  const host = at < 0 ? whole : whole.slice(0, at);
  plan.grants.push({ host, guest: at < 0 ? host : whole.slice(at + 1), readOnly, written: `-mount ${value}` });
}

/** `GUEST:HOST`, with one colon or two; `HOST` alone is both. */
function grantReversed(option: string) {
  return (plan: RunPlan, value: string): void => {
    const [, guest = value, host = value] = /^(.*?)::?(.*)$/.exec(value) ?? [];
    plan.grants.push({ host, guest, written: `--${option} ${value}` });
  };
}

/** `HOST:GUEST`. */
function grantVolume(plan: RunPlan, value: string): void {
  const [, host = value, guest = value] = /^(.*?)::?(.*)$/.exec(value) ?? [];
  plan.grants.push({ host, guest, written: `--volume ${value}` });
}

function timeout(option: string, unit = '') {
  return (plan: RunPlan, value: string): void => {
    const written = `${option} ${value}`;
    plan.timeout = { ms: parseDuration(value + unit, written), written };
  };
}

const WAZERO: Grammar = {
  name: 'wazero',
  usage: 'run [OPTIONS] PROGRAM [--] [ARGUMENTS]',
  options: [
    {
      name: 'mount',
      many: true,
      value: 'HOST[:GUEST][:ro]',
      help: 'Grants a directory of this machine.',
      act: grantMount,
    },
    variable(),
    { name: 'env-inherit', help: 'Passes all variables of this process.', act: (plan) => (plan.inheritEnv = true) },
    { name: 'timeout', value: 'TIME', help: 'Ends the program after a time such as 10s.', act: timeout('-timeout') },
    unused('cachedir', 'DIR'),
    unused('interpreter'),
    unused('optimizing-compiler'),
    unused('hostlogging', 'SCOPES'),
    refused('listen', 'ADDRESS', NO_SOCKETS),
    refused('cpuprofile', 'FILE', 'no profile is written'),
    refused('memprofile', 'FILE', 'no profile is written'),
    { name: 'h', help: 'Prints this help.' },
    HELP,
    { name: 'version', help: 'Prints the version.' },
  ],
  style: { oneDash: true },
  needsRun: true,
  commands: ['compile', 'version'],
  separator: true,
  baseName: true,
  timedOut: 124,
};

const WASMER: Grammar = {
  name: 'wasmer',
  usage: '[run] [OPTIONS] PROGRAM [--] [ARGUMENTS]',
  options: [
    DIR,
    {
      name: 'mapdir',
      many: true,
      value: 'GUEST:HOST',
      help: 'Grants a directory of this machine under the name GUEST.',
      act: grantReversed('mapdir'),
    },
    { name: 'volume', many: true, value: 'HOST:GUEST', help: 'The same, the other way round.', act: grantVolume },
    variable(),
    {
      name: 'forward-host-env',
      help: 'Passes all variables of this process.',
      act: (plan) => (plan.inheritEnv = true),
    },
    {
      name: 'invoke',
      letter: 'i',
      value: 'FUNCTION',
      help: 'Calls an exported function instead of _start.',
      act: (plan, value) => (plan.invoke = value),
    },
    { name: 'stack-size', value: 'BYTES', help: 'The stack of the program.', act: setStack('--stack-size') },
    ...['singlepass', 'cranelift', 'llvm', 'v8', 'disable-cache', 'enable-all', 'enable-simd', 'net'].map((name) =>
      unused(name),
    ),
    unused('cache-dir', 'DIR'),
    HELP,
    VERSION,
  ],
  needsRun: false,
  separator: true,
  timedOut: 124,
};

function setStack(option: string) {
  return (plan: RunPlan, value: string): void => {
    plan.stack = numberOf(value, `${option} ${value}`);
  };
}

const WASMKIT: Grammar = {
  name: 'wasmkit',
  usage: 'run [OPTIONS] PROGRAM [ARGUMENTS]',
  options: [
    DIR,
    variable(),
    { name: 'verbose', help: 'Says which options are without effect.', act: (plan) => (plan.verbose = true) },
    HELP,
    VERSION,
  ],
  needsRun: true,
  commands: ['explore', 'help', 'parse', 'wat2wasm'],
  timedOut: 124,
};

const WASMEDGE: Grammar = {
  name: 'wasmedge',
  usage: '[run] [OPTIONS] PROGRAM [ARGUMENTS]',
  options: [
    {
      name: 'dir',
      many: true,
      value: 'GUEST[:HOST]',
      help: 'Grants a directory of this machine.',
      act: grantReversed('dir'),
    },
    variable(),
    {
      name: 'time-limit',
      value: 'MILLISECONDS',
      help: 'Ends the program after this time.',
      act: timeout('--time-limit', 'ms'),
    },
    ...['enable-all', 'force-interpreter', 'enable-jit', 'enable-all-statistics'].map((name) => unused(name)),
    HELP,
    VERSION,
  ],
  needsRun: false,
  commands: ['compile'],
  timedOut: 124,
};

const IWASM: Grammar = {
  name: 'iwasm',
  usage: '[OPTIONS] PROGRAM [ARGUMENTS]',
  options: [
    {
      name: 'dir',
      many: true,
      value: 'HOST',
      help: 'Grants a directory of this machine.',
      act(plan, value) {
        plan.grants.push({ host: value, guest: value, written: `--dir ${value}` });
      },
    },
    {
      name: 'map-dir',
      many: true,
      value: 'GUEST::HOST',
      help: 'Grants a directory of this machine under the name GUEST.',
      act: grantReversed('map-dir'),
    },
    variable(),
    {
      name: 'function',
      letter: 'f',
      value: 'FUNCTION',
      help: 'Calls an exported function instead of _start.',
      act: (plan, value) => (plan.invoke = value),
    },
    { name: 'stack-size', value: 'BYTES', help: 'The stack of the program.', act: setStack('--stack-size') },
    {
      name: 'timeout',
      value: 'MILLISECONDS',
      help: 'Ends the program after this time.',
      act: timeout('--timeout', 'ms'),
    },
    unused('heap-size', 'BYTES'),
    {
      name: 'max-threads',
      value: 'N',
      help: 'The most threads of the program besides the main one.',
      act: (plan, value) => (plan.maxThreads = numberOf(value, `--max-threads=${value}`)),
    },
    { name: 'log-level', letter: 'v', value: 'N', help: 'Without effect.' },
    ...['interp', 'fast-jit', 'llvm-jit', 'multi-tier-jit', 'disable-bounds-checks'].map((name) => unused(name)),
    refused('addr-pool', 'ADDRESSES', NO_SOCKETS),
    refused('allow-resolve', 'DOMAIN', NO_SOCKETS),
    refused('native-lib', 'FILE', 'only functions of WASI can be imported'),
    refused('repl', undefined, 'functions are called by --function'),
    HELP,
    { name: 'version', help: 'Prints the version.' },
  ],
  timedOut: 124,
};

export const OTHERS: readonly Grammar[] = [WAZERO, WASMER, WASMKIT, WASMEDGE, IWASM];
