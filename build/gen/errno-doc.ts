// Generates docs/errno.md from vfs/linux/errno-table.ts.
import { ERRNOS } from '../../vfs/linux/errno-table.ts';

/** The text of docs/errno.md, derived from the table. */
export function errnoDoc(): string {
  const rows = ERRNOS.map(
    ([name, linux, wasi, message]) => `| ${name} | ${linux === 0 ? '' : linux} | ${wasi} | ${message} |`,
  );
  return `${HEAD}${rows.join('\n')}\n`;
}

const HEAD = `# Errors

Generated from \`vfs/linux/errno-table.ts\`: change the table and generate it anew.

Inside, an error is a Linux number: 0 or a positive errno. The name is also the \`code\` of a Node error, by which
an error thrown by a backend becomes a number: its \`errno\` differs from one platform to the next. \`shim/\` looks the WASI number
up when a call returns. An errno that is not in the table is EIO.

ENOTCAPABLE is WASI's own, and only \`shim/\` answers it: for a path that would leave its directory, and for a right that
was dropped or never granted.

| name | Linux | WASI | message |
|---|---|---|---|
`;
