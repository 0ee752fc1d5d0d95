// The reporter for programs: one JSON object at the end.
import type { Reporter } from '../run.ts';
import type { Write } from './index.ts';
import { jsonOf } from './printable.ts';

/** Writes the Summary of the run, as docs/api.md describes it, with `version: 1`. */
export function json(write: Write): Reporter {
  return {
    end(summary) {
      write(`${jsonOf({ version: 1, ...summary }, 2)}\n`);
    },
  };
}
