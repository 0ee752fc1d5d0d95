// The options that `wasi9p run` shares with wasmtime, and those for a guest that may be deep, slow or stuck. A table
// only: what the values mean is in apply.ts, which is loaded when one of them is given.
import type { Option } from '../lib/options.ts';
import { MAPDIR } from '../mounts/mapdir.ts';

/** The option that each grammar with a file system has. */
export const DIR: Option = {
  name: 'dir',
  many: true,
  value: 'HOST[::GUEST]',
  help: 'Grants a directory of this machine under the name GUEST (default: HOST as written).\nMay be repeated; a name may occur twice.',
};

export const ENV: Option = {
  name: 'env',
  many: true,
  also: ['e'],
  value: 'NAME[=VALUE]',
  help: "Sets a variable of the program's environment; without a value, to that of this process, if it is\nset. May be repeated.",
};

/** A group of options of wasmtime: its keys are in groups.ts. */
function group(letter: string, name: string, about: string): Option {
  return { name, letter, many: true, value: 'KEY[=VALUE][,…]', help: `${about}: wasi9p help wasmtime.` };
}

/** The options of wasmtime besides --dir and --env. */
export const SHARED_OPTIONS: readonly Option[] = [
  MAPDIR,
  { name: 'argv0', value: 'NAME', help: "The program's name for itself, argv[0]." },
  {
    name: 'invoke',
    value: 'FUNCTION',
    help: 'Calls an exported function with the arguments, instead of _start, and prints its results.',
  },
  group('W', 'wasm', 'Limits and features of WebAssembly'),
  group('S', 'wasi', 'Options of WASI'),
  group('C', 'codegen', 'Options of code generation'),
  group('O', 'optimize', 'Options of optimization'),
  group('D', 'debug', 'Options for debugging'),
  group('R', 'record', 'Options for recording'),
  { name: 'config', value: 'FILE', help: 'Reads these groups from a TOML file of wasmtime.' },
  { name: 'preload', many: true, value: 'NAME=FILE', help: 'Not supported: modules are not linked.' },
  { name: 'profile', value: 'STRATEGY', help: 'Not supported: no profile is written.' },
  { name: 'gdbstub', letter: 'g', value: '[ADDR:]PORT', help: 'Not supported: no debugger can be attached.' },
  { name: 'target', value: 'TARGET', help: 'Without effect.' },
  { name: 'allow-precompiled', help: 'Without effect: precompiled modules cannot be run.' },
  {
    name: 'verbose',
    help: 'Says which options are without effect; run also says how each directory of this machine is reached.',
  },
];

/** The option of `run` that makes the current directory the root. */
export const HOST: Option = {
  name: 'host',
  help: 'Grants the current directory: relative paths lead to it, and its absolute path does. Sets PWD;\nand HOME and TMPDIR, whose directories are empty ones in memory, unless granted.',
};

/** The options of `run` for a guest that may be deep, slow or stuck. */
export const LIMIT_OPTIONS: readonly Option[] = [
  {
    name: 'timeout',
    value: 'TIME',
    help: 'Ends the program after a time such as 10s, 500ms or 2m, with exit status 124. A number alone is\nseconds.',
  },
  {
    name: 'stack',
    value: 'SIZE',
    help: 'The stack of the program, such as 16M, at most 950M. Default: that of the main thread, about 1M.',
  },
  { name: 'max-memory', value: 'SIZE', help: "Limits the program's memory: beyond it, memory.grow fails." },
];
