// Arguments and variables that are not UTF-8: Node decodes them with loss, Linux has them in /proc/self. The texts are
// those of vfs/lib/utf8.ts.
import { readFileSync } from 'node:fs';
import { bytesOf, decodeText } from '../../vfs/lib/utf8.ts';

/** Returns the last words of this process's command line, without loss; `argv` where the system does not tell. */
export function wordsOf(argv: readonly string[]): readonly string[] {
  const words = recordsOf('cmdline').slice(-argv.length);
  const isSame = words.length === argv.length && words.every((word, i) => whole(word) === whole(argv[i]!));
  return isSame ? words : argv;
}

/** A text in either form, without the bytes that are not UTF-8. */
function whole(text: string): string {
  return text.replaceAll(/[\udc80-\udcff\ufffd]/gu, '');
}

/** Returns variables of a program, without loss where they are those of this process. */
export function recovered(env: Readonly<Record<string, string>>): Record<string, string> {
  const records = recordsOf('environ').map((record) => [record, whole(record)] as const);
  const pairs = Object.entries(env).map(([name, value]) => {
    const isOurs = process.env[name] === value;
    const [record] = (isOurs && records.find(([, rest]) => rest === whole(`${name}=${value}`))) || [`${name}=${value}`];
    const at = record.indexOf('=');
    return [record.slice(0, at), record.slice(at + 1)];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** The records of a file of /proc/self, each of which ends with a NUL; none where the system has no such file. */
function recordsOf(file: string): string[] {
  try {
    const bytes = readFileSync(`/proc/self/${file}`);
    const records: string[] = [];
    for (let at = 0, end; (end = bytes.indexOf(0, at)) >= 0; at = end + 1)
      records.push(decodeText(bytes.subarray(at, end)));
    return records;
  } catch {
    return [];
  }
}

/** argv and environ as bytes, each with its NUL. */
export function rawOf(argv: readonly string[], env: Readonly<Record<string, string>>) {
  return {
    args: argv.map((word) => bytesOf(`${word}\0`)),
    env: Object.entries(env).map(([name, value]) => bytesOf(`${name}=${value}\0`)),
  };
}
