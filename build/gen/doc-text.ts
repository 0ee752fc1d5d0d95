// The text of a comment in Markdown.

/** The declaration whose comment and members stand for this one: `@see Name.`; undefined without one. */
export function seenIn(doc: string): string | undefined {
  return /^@see (\w+)\.?$/.exec(doc)?.[1];
}

/** A comment, taken apart. */
interface Parts {
  about: string;
  params: string[];
  returns: string;
  throws: string;
}

function partsOf(doc: string): Parts {
  const [about = '', ...tags] = `\n${doc}`.replaceAll(/\s@(?=throws |returns )/g, '\n@').split(/\n(?=@\w+)/);
  const parts: Parts = { about: flow(about), params: [], returns: '', throws: '' };
  for (const tag of tags) {
    const [, name, text = ''] = /^@(\w+)\s*([^]*)$/.exec(tag)!;
    if (name === 'param') parts.params.push(flow(text).replace(/^(\w+) (?:- )?/, '`$1`: '));
    else if (name === 'returns') parts.returns = `Returns ${lowerFirst(flow(text))}`;
    else if (name === 'throws') parts.throws = `Throws ${flow(text)}`;
    else if (name !== 'module' && name !== 'internal') throw new Error(`A comment has the unknown tag @${name}.`);
  }
  return parts;
}

/** Joins the lines of each paragraph; lists and code stay as they are. */
function flow(text: string): string {
  const paragraphs = text.trim().split('\n\n');
  return paragraphs
    .map((one) => (/^\s*(-|\d\.|```|\|)/m.test(one) ? one : one.replaceAll('\n', ' ').replaceAll(/ +/g, ' ')))
    .join('\n\n');
}

function lowerFirst(text: string): string {
  return /^(A|An|The|True|False|Whether|How) /.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}

function ended(text: string): string {
  return text === '' || /(?:[.:!?`|]|\.\))$/.test(text) ? text : `${text}.`;
}

/** A comment as paragraphs and a list of parameters. */
export function paragraphs(doc: string): string {
  const { about, params, returns, throws } = partsOf(doc);
  const list = params.map((text) => `- ${ended(text)}`).join('\n');
  return [ended(about), list, ended(returns), ended(throws)].filter((text) => text !== '').join('\n\n');
}

/** A comment in one line, for a list. */
export function sentence(doc: string): string {
  const { about, params, returns, throws } = partsOf(doc);
  const texts = [about, ...params, returns, throws].map(ended).filter((text) => text !== '');
  return texts.join(' ').replaceAll(/\s*\n\s*/g, ' ');
}
