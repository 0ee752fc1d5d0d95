// Generates docs/abi.md from the tables of shim/preview1/abi.
import {
  ADVICE_MAX,
  CLOCKID,
  EVENTRWFLAGS,
  EVENTTYPE,
  FDFLAGS,
  FILETYPE,
  FSTFLAGS,
  LOOKUPFLAGS,
  OFLAGS,
  PREOPENTYPE_DIR,
  RIFLAGS_ALL,
  SDFLAGS_ALL,
  SIGNAL_MAX,
  STRUCTS,
  SUBCLOCKFLAGS,
  WHENCE,
  enumEntries,
} from '../../shim/preview1/abi/structs.ts';
import { rightsNames } from '../../shim/preview1/abi/rights.ts';
import { SIGNATURES, parametersOf, wasmTypesOf, type CallName } from '../../shim/preview1/abi/signatures.ts';

/** The text of docs/abi.md, derived from the tables of abi.ts, rights.ts and signatures.ts. */
export function abiDoc(): string {
  const sections = [
    HEAD,
    '## Structs\n',
    ...Object.entries(STRUCTS).map(([name, struct]) => structOf(name, struct)),
    '## Numbers\n',
    ...Object.entries(NUMBERS).map(([name, numbers]) => numbersOf(name, numbers)),
    RANGES,
    rights(),
    functions(),
  ];
  return `${sections.join('\n')}`;
}

const HEAD = `# The binary interface: wasi_snapshot_preview1

Generated from \`shim/preview1/abi/structs.ts\`, \`shim/preview1/abi/rights.ts\` and \`shim/preview1/abi/signatures.ts\`: change the tables and generate it anew.

Offsets and sizes are bytes; numbers are little-endian. (Source: the witx files of WebAssembly/WASI, branch wasi-0.1.)
`;

interface Struct {
  readonly size: number;
  readonly fields: Readonly<Record<string, readonly [offset: number, type: string]>>;
}

/** Remarks on some structs. */
const NOTES: Record<string, string> = {
  dirent: 'The name follows it, without a NUL.',
  subscription: '`clock_id` and what follows it are for clocks, `fd` is for the other tags.',
  prestat: `\`tag\` is ${PREOPENTYPE_DIR}, a directory.`,
};

function structOf(name: string, { size, fields }: Struct): string {
  const rows = Object.entries(fields).map(([field, [offset, type]]) => `| ${offset} | ${type} | ${field} |`);
  const note = NOTES[name] === undefined ? '' : `${NOTES[name]}\n\n`;
  return `### ${name}: ${size} bytes\n\n${note}| offset | type | field |\n|---:|---|---|\n${rows.join('\n')}\n`;
}

const NUMBERS = {
  filetype: FILETYPE,
  fdflags: FDFLAGS,
  oflags: OFLAGS,
  fstflags: FSTFLAGS,
  lookupflags: LOOKUPFLAGS,
  whence: WHENCE,
  clockid: CLOCKID,
  eventtype: EVENTTYPE,
  subclockflags: SUBCLOCKFLAGS,
  eventrwflags: EVENTRWFLAGS,
};

function numbersOf(name: string, numbers: object): string {
  const values = enumEntries(numbers).map(([constant, value]) => `${constant} ${value}`);
  return `- **${name}**: ${values.join(', ')}`;
}

const RANGES = `- **advice**: 0 to ${ADVICE_MAX}
- **signal**: 0 to ${SIGNAL_MAX}
- **sdflags**: 1 to ${SDFLAGS_ALL}
- **riflags**: 0 to ${RIFLAGS_ALL}
`;

function rights(): string {
  const rows = rightsNames().map((name, bit) => `| ${bit} | ${name} |`);
  return `## Rights\n\nA mask of 64 bits.\n\n| bit | right |\n|---:|---|\n${rows.join('\n')}\n`;
}

function functions(): string {
  const rows = (Object.keys(SIGNATURES) as CallName[]).map(functionOf);
  return `${FUNCTIONS}${rows.join('\n')}\n`;
}

const FUNCTIONS = `## Functions

Each returns an errno (docs/errno.md) as an i32; proc_exit returns nothing. A parameter marked with \`*\` is a pointer to what
the function reads or writes; path, buf, iovs and ciovs are a pointer and a length.

A pointer whose bytes are not all in memory is EFAULT, in every function, and nothing has happened then. A pointer with
a length of 0 is not looked at, as on Linux. A bad descriptor is reported before a bad pointer.

| function | parameters | wasm |
|---|---|---|
`;

function functionOf(call: CallName): string {
  const parameters = parametersOf(call);
  const texts = parameters.map(({ name, type, out }) => `${name}: ${out ? '\\*' : ''}${type}`);
  return `| ${call} | ${texts.join(', ')} | ${parameters.flatMap(wasmTypesOf).join(' ')} |`;
}
