// Reads the code blocks of a Markdown file, with what is said about running them.

/** A fenced block, or one in a comment. */
export interface Block {
  /** Line of its first line of text, from 1. */
  readonly line: number;
  /** The first word after the fence: `js`, `sh`, `console`, …; `file` for a file in a comment. */
  readonly language: string;
  /** The rest of that line: the name of a file, or `output` for what the block before it prints. */
  readonly name: string;
  readonly text: string;
  /** The reason for not running it; undefined if it is run. */
  readonly notRun?: string;
  /** True if another block runs it. */
  readonly byOther?: true;
  /** A command that must succeed for it to be run; otherwise `notRun` is the reason. */
  readonly condition?: string;
}

const FENCE = /^( *)(`{3,})(\S*)(?: +(.*?))?\s*$/;
const NOT_RUN = /^<!-- (not run|no block here is run|if (.*); otherwise): (.*) -->$/;
const HIDDEN = /^<!-- (file|sh)(?: (\S+))?$/;

/**
 * Returns the blocks of a document. `<!-- not run: REASON -->` in the line above leaves a block out, and
 * `<!-- no block here is run: REASON -->` all of a document. `<!-- if COMMAND; otherwise: REASON -->` runs it only if the command succeeds, and
 * `<!-- run by … -->` leaves that to another block. `<!-- file NAME` begins a file, and `<!-- sh` commands, that readers do not see.
 * @throws Error for a block that does not end, or is indented instead of fenced.
 */
export function blocksOf(text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let ofAll: string | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const [, what, , reason = ''] = NOT_RUN.exec(line) ?? [];
    if (what?.startsWith('no block') === true) ofAll = reason;
    if (/^ {4}\S/.test(line) && lines[i - 1] === '')
      throw new Error(`line ${i + 1}: an indented block; use a fence, with a language`);
    const [, hidden, file = ''] = HIDDEN.exec(line) ?? [];
    const [, indent = '', fence, language = '', name = ''] = FENCE.exec(line) ?? [];
    if (hidden === undefined && fence === undefined) continue;
    const end = lines.indexOf(hidden === undefined ? indent + fence! : '-->', i + 1);
    if (end < 0) throw new Error(`line ${i + 1}: the block does not end`);
    const body = lines.slice(i + 1, end).map((one) => `${one.slice(indent.length)}\n`);
    const remark = ofAll === undefined ? remarkAbove(lines, i) : { notRun: ofAll };
    blocks.push({
      ...{ line: i + 2, language: hidden ?? language, name: hidden === undefined ? name : file, text: body.join('') },
      ...remark,
    });
    i = end;
  }
  return blocks;
}

/** The remark in the line above, or above an empty line. */
function remarkAbove(lines: readonly string[], i: number): Pick<Block, 'notRun' | 'condition' | 'byOther'> {
  const above = lines[i - 1] === '' ? lines[i - 2] : lines[i - 1];
  const [, what, condition, notRun = ''] = NOT_RUN.exec(above ?? '') ?? [];
  if (condition !== undefined) return { notRun, condition };
  if (above?.startsWith('<!-- run by ') === true) return { byOther: true };
  return what === 'not run' ? { notRun } : {};
}

/** A command of a `console` block, with the output below it. */
export interface Command {
  readonly command: string;
  readonly output: string;
}

/** Reads a `console` block: `$ ` begins a command, a `\` at its end goes on, all else is output. */
export function commandsOf(text: string): Command[] {
  const found: { command: string; output: string }[] = [];
  let open = false;
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('$ ')) found.push({ command: line.slice(2), output: '' });
    else if (open) found.at(-1)!.command += `\n${line}`;
    else if (found.length === 0) throw new Error(`output before a command: ${line}`);
    else found.at(-1)!.output += `${line}\n`;
    open = line.endsWith('\\') && (open || line.startsWith('$ '));
  }
  return found;
}

/** True if a text is as expected, where … stands for anything, several lines too. */
export function isLike(actual: string, expected: string): boolean {
  const parts = expected.trimEnd().split('…');
  const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*');
  return new RegExp(`^${pattern}$`).test(actual.trimEnd());
}

/** The commands within a text: `npm run gen`, `wasi9p help run`. */
export function inlineCommands(text: string): string[] {
  const prose = text.replaceAll(/^ *```[^]*?^ *```/gm, '');
  return Array.from(prose.matchAll(/`((?:npx wasi9p|wasi9p|npm|node) [^`]+)`/g), ([, command = '']) => command);
}

/** The targets of the relative links of a document, with their anchors. */
export function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^ *```[^]*?^ *```/gm, '').replaceAll(/`[^`]*`/g, '');
  const links = Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
  return links.filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(text: string): Set<string> {
  const prose = text.replaceAll(/^ *```[^]*?^ *```/gm, '');
  const titles = Array.from(prose.matchAll(/^#+ (.*)$/gm), ([, title = '']) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}
