// The reporter for GitHub Actions: an annotation for each failed test.
import { relative } from 'node:path';
import { quoteIfNeeded } from '../../vfs/lib/quote.ts';
import type { Reporter } from '../run.ts';
import { isFailure } from '../result.ts';
import type { Write } from './index.ts';
import { printable } from './printable.ts';
import { totals } from './spec.ts';

export function github(write: Write): Reporter {
  return {
    result({ status, file, name, failures }) {
      if (!isFailure(status)) return;
      const path = relative(process.cwd(), file);
      write(`::error file=${property(path)},title=${property(name)}::${data(printable(failures.join('\n')))}\n`);
    },
    end(summary) {
      write(totals(summary).trimStart());
    },
  };
}

/** Escapes the message of a workflow command. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** Escapes a property of a workflow command. */
function property(text: string): string {
  return data(quoteIfNeeded(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
