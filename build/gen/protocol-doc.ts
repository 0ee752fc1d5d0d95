// Generates docs/protocol.md from the table in vfs/9p/schema/messages.ts.
import { MAXWELEM } from '../../vfs/9p/constants.ts';
import { DIRENT, QID } from '../../vfs/9p/schema/messages.ts';
import { type MessageRow, ROWS } from '../../vfs/9p/schema/rows.ts';

/** The text of docs/protocol.md, derived from the table. */
export function protocolDoc(): string {
  return `${HEAD}\n${requests().map(section).join('\n')}`;
}

const HEAD = `# The protocol: 9P2000.L

Generated from \`vfs/9p/schema/messages.ts\`: change the table and generate it anew.

A client sends requests (T), a server answers each with the reply (R) of the same name, whose number is one higher, or
with Rlerror. Every message starts with \`size[4] type[1] tag[2]\`: its length in bytes, these four included; its
number; and a tag that the reply repeats. \`msize\`, agreed on by Tversion, is the longest message.

- \`name[1]\`, \`[2]\`, \`[4]\`, \`[8]\` are unsigned numbers of so many bytes, the lowest first.
- \`name[s]\` is \`length[2]\` and so many bytes, UTF-8 as a rule. Bytes that are not UTF-8 pass unchanged; in JavaScript each is a lone surrogate, U+DC80 to U+DCFF, as with Python's \`surrogateescape\`. A text with any other half of a surrogate pair, or with such bytes that together are UTF-8, is EILSEQ.
- \`name[13]\` is a qid, the identity of a file: \`${QID}\`.
- \`n*(name[…])\` is a list of n, at most ${MAXWELEM}.
- \`data[count]\` is a payload. That of Rreaddir is a sequence of entries:
  \`${DIRENT}\`. A cookie is where to go on after its entry.

Most \`[8]\` fields are JavaScript numbers here: from 2^63 on they are refused with EINVAL, above 2^53 - 1 with
EOVERFLOW. \`*_sec\` fields are signed and hold -2^53 to 2^53 - 1. A qid's path, cookies and fsid are opaque and keep all 64
bits. Fields of Rgetattr and Tsetattr that \`valid\` does not name may hold anything.

Some names differ from the manual's, because one name means one thing in all messages: \`ltype\` is the type of a lock,
\`fstype\` that of a file system, \`dtype\` that of a directory entry, \`cookie\` the offset of readdir, \`dfid\` the
directory of Tsymlink and Tunlinkat.

Sources: (5) is section 5 of the Plan 9 manual, .u the 9P2000.u draft, .L the protocol.md of diod and the 9P client of
Linux. The numbers that fields hold, flags and masks and types, are in \`vfs/9p/constants.ts\`.
`;

/** The requests, and Rlerror, a response to any of them. */
function requests(): MessageRow[] {
  return ROWS.filter((row) => row.name.startsWith('T') || row.name === 'Rlerror');
}

function section(row: MessageRow): string {
  const reply = ROWS.find((other) => other.type === row.type + 1);
  const both = reply && row.name.startsWith('T') ? [row, reply] : [row];
  return `## ${row.name.slice(1)}\n\n${both.map(entry).join('\n')}\n`;
}

function entry({ name, type, text, about }: MessageRow): string {
  const line = `- **${name}** ${type}: ${about}`;
  return text === '' ? line : `${line}\n  \`${text}\``;
}
