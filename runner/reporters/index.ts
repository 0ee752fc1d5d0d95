// The reporters by their names.
import type { Reporter } from '../run.ts';
import { github } from './github.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { spec } from './spec.ts';
import { tap } from './tap.ts';

/** Takes the text of a report, in pieces. */
export type Write = (text: string) => void;

/** Each makes a Reporter that writes to a function: `REPORTERS.junit((text) => file.write(text))`. */
export const REPORTERS = { spec, tap, junit, json, github } satisfies Record<string, (write: Write) => Reporter>;

export type ReporterName = keyof typeof REPORTERS;
