// Generates docs/api.md: each export of each published module, from its declaration, with the options that it checks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../project.mjs';
import { API } from './api.ts';
import { Surface, type Declaration } from './declarations.ts';
import { paragraphs, seenIn, sentence } from './doc-text.ts';
import { MODULES, specifier, withDeclarations } from './emit.ts';
import { basesOf, membersOf, oneLine, type Member } from './members.ts';
import { callTables, subjectOf } from './option-tables.ts';

/** The text of docs/api.md. */
export function apiDoc(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const list = Array.from(MODULES.keys(), (name) => {
    const module = specifier(name);
    return `- [${module}](#${anchorOf(module)}): ${contentOf(module, readme)}`;
  });
  return withDeclarations((read) => `${HEAD}\n${list.join('\n')}\n\n${reference(MODULES, read)}`);
}

/** The content of a module, from the table of imports in README.md. */
function contentOf(module: string, readme: string): string {
  const [, content] = readme.match(new RegExp(`^\\| \`${module}\` \\| (.*) \\|$`, 'm')) ?? [];
  if (content === undefined) throw new Error(`README.md has no row of ${module} in its table of imports.`);
  return content.replaceAll('](docs/', '](');
}

function anchorOf(module: string): string {
  return module.replaceAll('/', '');
}

/**
 * Returns the sections of the modules. An export of several modules is described in the first one.
 * @param modules Published name → source of its entry.
 * @throws Error if a function of build/gen/calls/ is exported by no module that it names.
 */
export function reference(modules: ReadonlyMap<string, string>, read: (file: string) => string, calls = API): string {
  const surface = new Surface(read);
  const exporters = new Map<Declaration, string[]>();
  for (const [name, entry] of modules) {
    for (const declaration of surface.exportsOf(entry).values())
      exporters.set(declaration, [...(exporters.get(declaration) ?? []), specifier(name)]);
  }
  const homes = new Map<Declaration, string>();
  const used = new Set<unknown>();
  const sections = Array.from(modules, ([name, entry]) => {
    const module = specifier(name);
    const exported = [...surface.exportsOf(entry)].sort(([a], [b]) => (a < b ? -1 : 1));
    const own = exported.filter(([, declaration]) => !homes.has(declaration));
    const others = exported.filter(([, declaration]) => homes.has(declaration));
    for (const [, declaration] of own) homes.set(declaration, module);
    const constants = own.filter(([, declaration]) => isPlainConstant(declaration)).map(([, { text }]) => text);
    const described = own.filter(([, declaration]) => !isPlainConstant(declaration));
    const texts = described.map(([as, declaration]) => {
      const from = exporters.get(declaration)!;
      const options = calls.filter(
        (call) => subjectOf(call) === as.toLowerCase() && call.from.some((module) => from.includes(module)),
      );
      for (const call of options) used.add(call);
      return [exportOf(as, declaration, surface), ...options.map(callTables)].join('\n');
    });
    return [`## ${module}\n`, ...texts, constantsOf(constants), alsoExported(others, homes)]
      .filter((text) => text !== '')
      .join('\n');
  });
  const unused = calls.filter((call) => !used.has(call)).map(({ call }) => call);
  if (unused.length > 0) throw new Error(`build/gen/calls/: ${unused.join(', ')}: no module that it names exports it.`);
  return sections.join('\n');
}

/** True for a constant that its name explains: those of Linux's headers. */
function isPlainConstant({ text, doc }: Declaration): boolean {
  return text.startsWith('const ') && !text.includes('\n') && doc === '';
}

function constantsOf(texts: readonly string[]): string {
  return texts.length === 0 ? '' : `### Constants\n\n\`\`\`ts\n${texts.join('\n')}\n\`\`\`\n`;
}

function alsoExported(others: [string, Declaration][], homes: ReadonlyMap<Declaration, string>): string {
  if (others.length === 0) return '';
  const byHome = new Map<string, string[]>();
  for (const [as, declaration] of others) {
    const home = homes.get(declaration)!;
    byHome.set(home, [...(byHome.get(home) ?? []), `\`${as}\``]);
  }
  const lists = Array.from(byHome, ([home, list]) => {
    return `Also from [${home}](#${anchorOf(home)}): ${list.join(', ')}.\n`;
  });
  return lists.join('\n');
}

/** The section of an export. */
function exportOf(as: string, declaration: Declaration, surface: Surface): string {
  const { source, text, file, doc } = declaration;
  if (text === '') return `### ${as}\n\nOf the package \`${file.replace('package ', '')}\`.\n`;
  const isType = /^(?:abstract )?(class|interface) /.test(source);
  const shown = isType ? `${source.slice(0, source.indexOf('{')).trim()}` : source.replaceAll('    ', '  ');
  const seen = seenIn(doc);
  const other = seen === undefined ? undefined : surface.named(file, seen);
  const about = paragraphs(other?.doc ?? doc);
  const members = isType || other !== undefined ? memberList(other ?? declaration, surface) : '';
  return [`### ${as}\n`, `\`\`\`ts\n${shown}\n\`\`\`\n`, about && `${about}\n`, members && `${members}\n`]
    .filter((part) => part !== '')
    .join('\n');
}

/** The members, then those of the bases that are not described elsewhere by their own name. */
function memberList(declaration: Declaration, surface: Surface): string {
  const members = allMembers(declaration, surface);
  const lines = members.map(({ signature, doc }) => {
    const about = sentence(doc);
    return `- \`${oneLine(signature)}\`${about === '' ? '' : `: ${about}`}`;
  });
  return lines.join('\n');
}

export function allMembers(declaration: Declaration, surface: Surface): Member[] {
  const own = membersOf(declaration.source).filter(({ signature }) => !signature.startsWith('[DISPOSE]'));
  const names = new Set(own.map(nameOf));
  const inherited = basesOf(declaration.source)
    .map((base) => surface.named(declaration.file, base))
    .filter((base) => base !== undefined)
    .flatMap((base) => allMembers(base, surface));
  return [...own, ...inherited.filter((member) => !names.has(nameOf(member)) && nameOf(member) !== 'constructor')];
}

function nameOf({ signature }: Member): string {
  return /^(?:readonly |get |set |static |abstract )*([\w$[\].]+)/.exec(signature)?.[1] ?? signature;
}

const HEAD = `# Reference

<!-- no block here is run: declarations as tsc makes them, and examples in comments without their imports -->

Every export of every module. Generated by \`npm run gen\` from the declarations and their comments, and from the tables
of options that the functions check. docs/api-surface.md of the repository has the same types in the order of their files.

An unknown option is refused, as is a value of another type: a TypeError with the \`code\` that node:wasi has,
ERR_INVALID_ARG_TYPE, or ERR_INVALID_ARG_VALUE for an unknown name and a number out of range. The message names the
option, what it takes and what it got. An option that is undefined counts as not given. Only an object's own keys count.

A *Source* is a memfs Volume, a path of the host, a Server or a backend.

The opener of a resource closes it: \`close()\` (of a FileSystem \`unmount()\`), or \`using\` (\`Symbol.dispose\`). That holds for
backends, Server, Attachment, Namespace, WASI, FileSystem and MountedDirectory. A directory given by its path is opened here, and closed
with its last user. A given backend or server stays open. After \`close()\` every call answers an errno; to close
again does nothing.
`;
