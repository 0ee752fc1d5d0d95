// Generates errno.gen.ts from vfs/linux/errno-table.ts.
import { ERRNOS } from '../../../vfs/linux/errno-table.ts';

/**
 * Returns the text of errno.gen.ts: enums, because a bundler inlines their values and drops the names, and the table
 * without the messages, which no program needs.
 */
export function generateErrno(): string {
  const linux = ERRNOS.filter((row) => row[1] !== 0).map(([name, number]) => `  ${name} = ${number},`);
  const wasi = ERRNOS.map(([name, , number]) => `  ${name} = ${number},`);
  const table: string[] = [];
  for (const [name, linux, wasi] of ERRNOS) if (linux !== 0) table[linux - 1] = `${name.slice(1)}${wasi}`;
  return [
    '// Generated from errno-table.ts by build/gen/code/errno.ts. Do not edit it: change the table and generate it anew.',
    '',
    '/** Linux errno numbers by name: `E.ENOENT === 2`. */',
    'export enum E {',
    ...linux,
    '}',
    '',
    '/** WASI preview1 errno numbers by name: `WASI_ERRNO.ENOENT === 44`. */',
    'export enum WASI_ERRNO {',
    ...wasi,
    '}',
    '',
    '/** By Linux number, from 1 on, each name without its E and its WASI number: short, since it is in every bundle. */',
    'export const TABLE =',
    `  '${Array.from(table, (text = '') => text).join()}';`,
    '',
  ].join('\n');
}
