// Reads files of declarations as tsc emits them: each top-level statement begins at the start of a line, after its comment.
import { posix } from 'node:path';

/** A top-level declaration: all statements of one name in one file (overloads, a class and its namespace). */
export interface Declaration {
  readonly name: string;
  /** The source file, from the project's folder, or `package NAME`. */
  readonly file: string;
  /** Its statements without `export`, `declare`, comments and private members; '' for one of a package. */
  readonly text: string;
  /** The same with the comments of its members. */
  readonly source: string;
  /** The text of the comment before it; '' without one. */
  readonly doc: string;
  /** The position of its first statement in the file. */
  readonly line: number;
}

/** A name of another module: `name` is '*' for the whole module. */
interface Reference {
  module: string;
  name: string;
}

/** A file of declarations. */
interface Module {
  declarations: Map<string, Declaration>;
  imports: Map<string, Reference>;
  /** Exported name → the name in this file, or the name in another. */
  exports: Map<string, string | Reference>;
  /** The modules of `export *`. */
  stars: string[];
}

/** The declarations that some modules export, and those that these name. */
export class Surface {
  readonly included = new Set<Declaration>();
  private readonly read: (file: string) => string;
  private readonly modules = new Map<string, Module>();
  private readonly ofPackages = new Map<string, Declaration>();

  /** @param read Returns the declarations of a source file. */
  constructor(read: (file: string) => string) {
    this.read = read;
  }

  include(declaration: Declaration): void {
    this.included.add(declaration);
  }

  /**
   * Returns what a module exports: exported name → declaration.
   * @throws Error for an export whose declaration is not found.
   */
  exportsOf(file: string): Map<string, Declaration> {
    const { exports, stars } = this.module(file);
    const found = new Map<string, Declaration>();
    for (const star of stars) for (const [name, one] of this.exportsOf(star)) found.set(name, one);
    for (const [name, source] of exports) {
      const declaration = typeof source === 'string' ? this.resolve(file, source) : this.exported(source);
      if (declaration === undefined) throw new Error(`${file}: the declaration of ${name} is not found`);
      found.set(name, declaration);
    }
    return found;
  }

  /** Returns the declarations that the included ones name, directly or through others, and that are not included. */
  reached(): Set<Declaration> {
    const all = new Set(this.included);
    for (const one of all) for (const other of this.namedBy(one)) all.add(other);
    for (const one of this.included) all.delete(one);
    return all;
  }

  /** Returns the declaration that a name in a file means; undefined if it is global, or from a package. */
  named(file: string, name: string): Declaration | undefined {
    const found = this.resolve(file, name);
    return found?.text === '' ? undefined : found;
  }

  private namedBy({ file, text }: Declaration): Declaration[] {
    if (text === '') return [];
    const bare = text.replaceAll(/"[^"\n]*"|'[^'\n]*'/g, '""');
    const names = new Set(Array.from(bare.matchAll(/(?<![.\w$])[A-Za-z_$][\w$]*(?!\??:)/g), ([name]) => name));
    const named = [...names].map((name) => this.resolve(file, name));
    const inline = Array.from(text.matchAll(/\bimport\("(\.[^"]*)"\)\.(\w+)/g), ([, module = '', name = '']) =>
      this.exported({ module: resolveModule(file, module), name }),
    );
    return [...named, ...inline].filter((one) => one !== undefined);
  }

  /** Resolves a name in a file; undefined if it is global, or from a package. */
  private resolve(file: string, name: string): Declaration | undefined {
    const { declarations, imports } = this.module(file);
    const reference = imports.get(name);
    return declarations.get(name) ?? (reference && this.exported(reference));
  }

  private exported({ module, name }: Reference): Declaration | undefined {
    if (isFile(module)) return this.exportsOf(module).get(name);
    const key = `${module} ${name}`;
    const known = this.ofPackages.get(key) ?? {
      name,
      file: `package ${module}`,
      text: '',
      source: '',
      doc: '',
      line: 0,
    };
    this.ofPackages.set(key, known);
    return known;
  }

  private module(file: string): Module {
    let module = this.modules.get(file);
    if (module === undefined) this.modules.set(file, (module = parse(file, this.read(file))));
    return module;
  }
}

function isFile(module: string): boolean {
  return module.endsWith('.ts');
}

function resolveModule(file: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier;
}

const DECLARATION =
  /^(export )?(?:default )?(?:declare )?(?:abstract )?(class|interface|type|const enum|enum|const|let|var|function|namespace) ([\w$]+)/;

/** @throws Error for a statement of an unknown form. */
function parse(file: string, text: string): Module {
  const module: Module = { declarations: new Map(), imports: new Map(), exports: new Map(), stars: [] };
  for (const [line, { doc, statement }] of statements(text).entries()) {
    const declared = DECLARATION.exec(statement);
    if (declared !== null) {
      const [, isExported, , name = ''] = declared;
      const before = module.declarations.get(name);
      const source = statement.replace(/^export /, '').replace(/^declare /, '');
      const own = withoutPrivate(withoutComments(source));
      module.declarations.set(name, {
        ...{ name, file, line: before?.line ?? line, doc: before?.doc || doc },
        text: before === undefined ? own : `${before.text}\n${own}`,
        source: before === undefined ? source : `${before.source}\n${source}`,
      });
      if (isExported !== undefined) module.exports.set(name, name);
    } else if (!readLink(file, withoutComments(statement), module))
      throw new Error(`${file}: a statement of an unknown form: ${statement}`);
  }
  return module;
}

/** Reads an import or a re-export, and passes over global declarations. Returns false if the statement is none. */
function readLink(file: string, statement: string, module: Module): boolean {
  if (/^export \{\s*\};|^import ['"]|^\/\/\/ |^declare global /.test(statement)) return true;
  const [, specifier = ''] = /from ['"]([^'"]*)['"];$/.exec(statement) ?? [];
  const from = specifier && resolveModule(file, specifier);
  if (statement.startsWith('export * from')) return module.stars.push(from) > 0;
  const whole = /^import (?:type )?(?:\* as )?([\w$]+) from/.exec(statement);
  if (whole !== null) return module.imports.set(whole[1]!, { module: from, name: '*' }).size > 0;
  const listed = /^(import|export) (?:type )?\{([^}]*)\}/.exec(statement);
  if (listed === null) return false;
  const [, kind, list = ''] = listed;
  for (const part of list.split(',').filter((one) => one.trim() !== '')) {
    const [name = '', as = name] = part
      .trim()
      .replace(/^type /, '')
      .split(' as ');
    if (kind === 'import') module.imports.set(as, { module: from, name });
    else module.exports.set(as, from ? { module: from, name } : name);
  }
  return true;
}

/** A top-level statement and the text of the comment before it. */
interface Statement {
  doc: string;
  statement: string;
}

/** Splits a file at the lines that begin a statement. */
function statements(text: string): Statement[] {
  const found: Statement[] = [];
  let doc = '';
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (/^\s*$/.test(line) || /^\s*\/\//.test(line)) continue;
    if (line.startsWith('/**')) {
      const end = lines.findIndex((one, at) => at >= i && one.includes('*/'));
      doc = docText(lines.slice(i, end + 1).join('\n'));
      i = end;
    } else if (/^[\w]/.test(line)) {
      found.push({ doc, statement: line });
      doc = '';
    } else if (found.length > 0) found.at(-1)!.statement += `\n${line}`;
  }
  return found;
}

/** The text within a comment, without its stars. */
export function docText(comment: string): string {
  const inner = comment
    .trim()
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '');
  const lines = inner.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  return lines.join('\n').trim();
}

/** A statement without the comments on lines of their own. */
export function withoutComments(statement: string): string {
  return statement.replaceAll(/^ *\/\*\*[^]*?\*\/\n?/gm, '');
}

function withoutPrivate(statement: string): string {
  const lines = statement.split('\n').filter((line) => !/^ {4}(private |#private)/.test(line));
  return lines.join('\n').replaceAll('    ', '  ');
}
