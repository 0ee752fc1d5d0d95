// Reads files of declarations as tsc emits them without comments: each top-level statement begins at the start of a line.
import { posix } from 'node:path';

/** A top-level declaration: all statements of one name in one file (overloads, a class and its namespace). */
export interface Declaration {
  readonly name: string;
  /** The source file, from the project's folder, or `package NAME`. */
  readonly file: string;
  /** Its statements without `export`, `declare` and private members; '' for one of a package. */
  readonly text: string;
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
    const known = this.ofPackages.get(key) ?? { name, file: `package ${module}`, text: '', line: 0 };
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
  for (const [line, statement] of statements(text).entries()) {
    const declared = DECLARATION.exec(statement);
    if (declared !== null) {
      const [, isExported, , name = ''] = declared;
      const before = module.declarations.get(name);
      const own = withoutPrivate(statement.replace(/^export /, '').replace(/^declare /, ''));
      module.declarations.set(name, {
        ...{ name, file, line: before?.line ?? line },
        text: before === undefined ? own : `${before.text}\n${own}`,
      });
      if (isExported !== undefined) module.exports.set(name, name);
    } else if (!readLink(file, statement, module))
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

/** Splits a file at the lines that begin a statement. */
function statements(text: string): string[] {
  const found: string[] = [];
  for (const line of text.split('\n')) {
    if (/^\s*$/.test(line) || /^\s*\/\//.test(line)) continue;
    if (/^[\w]/.test(line)) found.push(line);
    else if (found.length > 0) found[found.length - 1] += `\n${line}`;
  }
  return found;
}

function withoutPrivate(statement: string): string {
  const lines = statement.split('\n').filter((line) => !/^ {4}(private |#private)/.test(line));
  return lines.join('\n').replaceAll('    ', '  ');
}
