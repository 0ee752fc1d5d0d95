// Generates docs/api-surface.md: the types of the published modules, from the declarations that tsc emits.
import { Surface, type Declaration } from './declarations.ts';
import { MODULES, withDeclarations } from './emit.ts';

/** The text of docs/api-surface.md. */
export function apiSurface(): string {
  return withDeclarations((read) => report(MODULES, read));
}

/**
 * Returns the report.
 * @param entries Published name → source of its entry.
 * @param read Returns the declarations of a source file.
 */
export function report(entries: ReadonlyMap<string, string>, read: (file: string) => string): string {
  const surface = new Surface(read);
  const modules: string[] = [];
  for (const [name, entry] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const exported = surface.exportsOf(entry);
    const lines = Array.from(
      exported,
      ([as, { name: own, file }]) => `- ${as}${own === as ? '' : ` (${own})`}: ${file}`,
    );
    modules.push(`### wasi9p${name === 'index' ? '' : `/${name}`}\n\n${lines.sort().join('\n')}\n`);
    for (const declaration of exported.values()) surface.include(declaration);
  }
  const reached = surface.reached();
  return [
    HEAD,
    '## Modules\n',
    ...modules,
    '## Exported\n',
    ...byFile(surface.included),
    REACHED,
    ...byFile(reached),
  ].join('\n');
}

/** A block of code for each file, in the order of their paths. */
function byFile(declarations: Iterable<Declaration>): string[] {
  const files = new Map<string, Declaration[]>();
  for (const one of declarations) files.set(one.file, [...(files.get(one.file) ?? []), one]);
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([file, list]) => {
    if (list.every(({ text }) => text === ''))
      return `### ${file}\n\n${list
        .map(({ name }) => name)
        .sort()
        .join(', ')}\n`;
    const texts = list.sort((a, b) => a.line - b.line).map(({ text }) => text);
    return `### ${file}\n\n\`\`\`ts\n${texts.join('\n')}\n\`\`\`\n`;
  });
}

const HEAD = `# Public types

<!-- no block here is run: declarations as tsc makes them -->

Generated from the sources by \`npm run gen\`, so that a change of the public interface shows in review. Private and
\`@internal\` members are left out. docs/api.md describes the options.
`;

const REACHED = `## Reached

These are exported by no module, but the declarations above name them.
`;
