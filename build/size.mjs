// Builds the core as one small file for browsers (everything but a store such as memfs), and checks its size.
import { build as esbuild } from 'esbuild';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { minify } from 'terser';
import { Failure, load } from './bundle.mjs';
import { ENTRIES, ROOT, SIZE_LIMIT } from './project.mjs';

/**
 * Names of members that are shortened, too: they are used by the core alone. What passes to another bundle keeps its names:
 * the members of backends, inodes, Iov, Packet, messages, and those of Server, Attachment and GuestMemory that a tracer uses.
 */
const INTERNAL = `
  borrowed inRoot missing tree procId drain xattr absolute adopt advise asking baseBits buf_len byServer clock_id closeAll d_ino d_namlen d_next
  d_type dense detach dispatch dropped fdflags filetype fitsAfterGrowth follow
  found fresh fs_filetype fs_flags fs_rights_base fs_rights_inheriting giveBack inheritingBits keepRights hasDotDot
  hasRoom mountTable lcreate leave linkat loadDot loadSynthetic mayCross mountAt parentMount syntheticEntries loadIovs loadPath lowest mkdirat
  mustBeDir oflags openat
  pr_name_len pread precision preopen putText putU32 putU64 pwrite readable readlinkat refuse
  reload renameat retire revive rewind rightsBase rightsInheriting
  rightsOfKind rmdirat setFlags setRights setTerminal spares statat step subscription symlinkat tooLong
  trailingSlash transfer unlinkat userdata utimensat viewed writable
  finish empty levels cursor listed onCancel respond waiter waitForLock xattrs pending
  cookieHi cookieLo device filled inoHi inoLo isReadable isWritable nameStart reserve synthetic
`
  .trim()
  .split(/\s+/);

/** Prints the size of the core bundle and fails at the limit. */
export async function size() {
  const bytes = await coreBundle();
  const zipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`size: dist/core.min.js is ${bytes.length} bytes minified, ${zipped} gzipped (limit ${SIZE_LIMIT})`);
  if (zipped >= SIZE_LIMIT)
    throw new Failure(
      `size: the core must stay under ${SIZE_LIMIT} bytes gzipped; see what grew with \`node build.mjs size --parts\``,
    );
}

/**
 * The text of dist/core.min.js: shim, client, 9P, transport and server, without a store. esbuild puts it together,
 * terser makes it smaller than esbuild would.
 */
export async function coreBundle() {
  const { outputFiles = [], metafile } = await esbuild({ ...(await options()), minify: false, metafile: true });
  const [core] = outputFiles;
  if (!core) throw new Failure('size: esbuild wrote nothing');
  const names = privateNames(Object.keys(/** @type {import('esbuild').Metafile} */ (metafile).inputs), core.text);
  const { code } = await minify(withoutConst(core.text), {
    module: true,
    ecma: 2020,
    // Without the rewritings that are false the text is longer, but more of it is alike. The unsafe ones break what the core
    // does not do: calls of built-in constructors that a page has replaced, `new` on a function expression.
    compress: {
      passes: 8,
      arrows: false,
      inline: 1,
      booleans_as_integers: true,
      pure_getters: true,
      unsafe: true,
      unsafe_arrows: true,
      unsafe_methods: true,
      sequences: false,
      conditionals: false,
      if_return: false,
      loops: false,
      lhs_constants: false,
    },
    mangle: { properties: { builtins: true, regex: new RegExp(`^(?:${[...names, ...INTERNAL].join('|')})$`) } },
  });
  return code ?? '';
}

/**
 * Every `const` as `let`: one word for both is shorter to compress, and the types have made sure already that nothing is
 * assigned to. esbuild begins a line with each declaration but those of a `for`.
 * @param {string} text
 */
function withoutConst(text) {
  return text.replaceAll(/^(\s*)const (?=[\w$[{])/gm, '$1let ').replaceAll(/\bfor \(const (?=[\w$[{])/g, 'for (let ');
}

/**
 * Returns the names of private members that may be shortened: nothing else has such a name in the whole text, and they
 * are only used on `this`.
 * @param {string[]} files
 * @param {string} text
 */
export function privateNames(files, text) {
  const declared = files.flatMap((file) => {
    const source = readFileSync(join(ROOT, file), 'utf8');
    return [...source.matchAll(/^ +(?:private|protected) (?:static )?(?:readonly )?(\w+)/gm)].map(
      ([, name = '']) => name,
    );
  });
  return [...new Set(declared)].filter((name) => {
    if (name === 'constructor') return false;
    const elsewhere = [
      `(?<!\\bthis)\\.${name}\\b`,
      `['"\`]${name}['"\`]`,
      `(?<!\\.)\\b${name}\\??:`,
      `\\{[^{}\\n;]*\\b${name}\\b[^{}\\n;]*\\}(?! = this;)`,
      `^ +${name},?$`,
    ];
    return !elsewhere.some((pattern) => new RegExp(pattern, 'm').test(text));
  });
}

/** Prints each source file's bytes in the core, largest first. */
export async function sizeParts() {
  const { metafile } = await esbuild({ ...(await options()), metafile: true });
  const inputs = Object.values(/** @type {import('esbuild').Metafile} */ (metafile).outputs)[0]?.inputs ?? {};
  const parts = Object.entries(inputs).sort((a, b) => b[1].bytesInOutput - a[1].bytesInOutput);
  for (const [file, { bytesInOutput }] of parts) console.log(`${String(bytesInOutput).padStart(7)} ${file}`);
}

/**
 * The core's codec has the messages that the core's server answers. It is generated from the same table as the whole one.
 * @returns {Promise<import('esbuild').Plugin>}
 */
async function guestCodec() {
  const { GUEST } = await load('vfs/server/handlers/guest.ts');
  const { generate } = await load('build/gen/code/codec.ts');
  const contents = generate(Object.keys(GUEST).map(Number));
  return {
    name: 'guest-codec',
    setup({ onLoad }) {
      onLoad({ filter: /\bcodec\.gen\.ts$/ }, ({ path }) => ({ contents, loader: 'ts', resolveDir: dirname(path) }));
    },
  };
}

/** @returns {Promise<import('esbuild').BuildOptions>} */
async function options() {
  return {
    plugins: [await guestCodec()],
    absWorkingDir: ROOT,
    entryPoints: [ENTRIES.core],
    outfile: 'core.js',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    external: ['memfs', 'node:*'],
    logLevel: 'warning',
  };
}
