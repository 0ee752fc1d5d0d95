// The members of a class or an interface, with their comments, from its declaration.
import { docText } from './declarations.ts';

/** A member: a method, an accessor, a field. */
export interface Member {
  readonly signature: string;
  readonly doc: string;
}

/** Returns the public members of a declaration, in their order. Overloads are one each. */
export function membersOf(source: string): Member[] {
  const members: { signature: string; doc: string }[] = [];
  let doc = '';
  const lines = source.split('\n').slice(1, -1);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (/^ {4}\/\*\*/.test(line)) {
      const end = lines.findIndex((one, at) => at >= i && one.includes('*/'));
      doc = docText(lines.slice(i, end + 1).join('\n'));
      i = end;
    } else if (/^ {4}[^\s})]/.test(line)) {
      members.push({ signature: line.trim(), doc });
      doc = '';
    } else if (members.length > 0) members.at(-1)!.signature += `\n${line.replace(/^ {4}/, '')}`;
  }
  return members.filter(({ signature }) => !/^(private |#|protected )/.test(signature)).map(finished);
}

function finished({ signature, doc }: Member): Member {
  return { signature: signature.replace(/;$/, ''), doc };
}

/** The classes and interfaces that a declaration extends, by name. */
export function basesOf(source: string): string[] {
  const [, , bases = ''] =
    /^(?:abstract )?(class|interface) [^{]*? extends ([^{]*?)(?: implements [^{]*)?\{/.exec(source) ?? [];
  return Array.from(bases.matchAll(/(?:^|, )([A-Za-z_$][\w$]*)/g), ([, name = '']) => name);
}

/** A signature in one line: nested types lose their line breaks and comments. */
export function oneLine(signature: string): string {
  const bare = signature.replaceAll(/ *\/\*\*[^]*?\*\/\n?/g, '');
  return bare
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/;(?= \})/g, '')
    .trim();
}
