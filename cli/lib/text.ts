// Texts that are safe for a terminal: the only way from file names to the output.
import { escapeControls, quote, quoteIfNeeded } from '../../vfs/lib/quote.ts';

/** The most characters of others' words in one sentence: a path may have 4,095. */
export const SENTENCE_MAX = 5000;

/**
 * A text that may be printed: nothing in it steers a terminal or forges a line but what this program has written
 * itself. Only this module makes one, so that no name goes around it (see `print` and `tell`).
 */
export class Text {
  private readonly characters: string;

  /** @param characters Harmless ones. */
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
 * A template whose values are others' words: a string is taken for a name and is quoted, as C has it, if it needs to
 * be (quote.ts); numbers and texts stay as they are.
 */
export function text(parts: TemplateStringsArray, ...values: readonly (string | number | Text)[]): Text {
  return Text.of(parts.map((part, i) => part + (i < values.length ? harmless(values[i]!) : '')).join(''));
}

function harmless(value: string | number | Text): string {
  return typeof value === 'string' ? quoteIfNeeded(value) : String(value);
}

/** A sentence that holds others' words, as the message of an error: a line at most, and not without end. */
export function sentence(words: string): Text {
  const isLong = words.length > SENTENCE_MAX;
  return Text.of(escapeControls(isLong ? `${words.slice(0, SENTENCE_MAX)}…` : words));
}

/** A name between quotes even if it needs none. */
export function quoted(name: string): Text {
  return Text.of(quote(name));
}

/** Words of this program itself, such as the help: nobody else has a hand in them. */
export function own(words: string): Text {
  return Text.of(words);
}

/** Several texts, one after the other. */
export function joined(texts: readonly Text[], between = ''): Text {
  return Text.of(texts.join(between));
}
