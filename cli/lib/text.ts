// Texts that are safe for a terminal: the only way from file names to the output.
import { escapeControls, quote, quoteIfNeeded } from '../../vfs/lib/quote.ts';

/** Maximum length of untrusted text in one sentence, in characters: a path may have 4,095. */
export const SENTENCE_MAX = 5000;

/**
 * A text that is safe to print: untrusted parts contain no control characters and no line ends. Only this module
 * creates one, so that no name is printed unquoted (see `print` and `tell`).
 */
export class Text {
  private readonly characters: string;

  /** @param characters Characters that are safe to print. */
  private constructor(characters: string) {
    this.characters = characters;
  }

  /** For this module only. */
  static of(characters: string): Text {
    return new Text(characters);
  }

  toString(): string {
    return this.characters;
  }
}

/**
 * A template with untrusted values: a string is regarded as a name and quoted with C escapes if necessary (quote.ts);
 * numbers and texts are inserted unchanged.
 */
export function text(parts: TemplateStringsArray, ...values: readonly (string | number | Text)[]): Text {
  return Text.of(parts.map((part, i) => part + (i < values.length ? harmless(values[i]!) : '')).join(''));
}

function harmless(value: string | number | Text): string {
  return typeof value === 'string' ? quoteIfNeeded(value) : String(value);
}

/** A sentence with untrusted parts, such as an error message: on one line and of limited length. */
export function sentence(words: string): Text {
  const isLong = words.length > SENTENCE_MAX;
  return Text.of(escapeControls(isLong ? `${words.slice(0, SENTENCE_MAX)}…` : words));
}

/** Lines with untrusted parts, such as the output of a guest: control characters other than line ends are escaped. */
export function lines(words: string): Text {
  return Text.of(words.split('\n').map(escapeControls).join('\n'));
}

/** A name in quotes, even if it needs none. */
export function quoted(name: string): Text {
  return Text.of(quote(name));
}

/** A trusted text of this program, such as the help. hostile-input.test.ts has the permitted arguments. */
export function own(words: string): Text {
  return Text.of(words);
}

/** Concatenates texts. */
export function joined(texts: readonly Text[], between = ''): Text {
  return Text.of(texts.join(between));
}
