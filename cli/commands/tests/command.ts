// `wasi9p test`: runs programs as tests, and writes the reports.
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FindError, REPORTERS, runTests, type Reporter, type Summary } from '../../../runner/index.ts';
import { UsageError, parseOptions } from '../../lib/options.ts';
import { print, stderrIsTerminal, tell } from '../../lib/output.ts';
import { reasonOf } from '../../lib/reason.ts';
import { endNow } from '../../lib/end-now.ts';
import { joined, lines, own, sentence, text } from '../../lib/text.ts';
import { thread } from '../../lib/thread.ts';
import { LiveLine } from './live.ts';
import { NONE_FOUND, TEST_OPTIONS, reportsOf, runOptionsOf, testHelp, type Report } from './options.ts';
import { changeBelow } from './watch.ts';

/** Runs `wasi9p test` and returns its exit status. @throws UsageError */
export async function runTestCommand(argv: readonly string[]): Promise<number> {
  const { options, rest } = parseOptions(TEST_OPTIONS, argv, { mixed: true });
  if (options.has('help')) {
    print(testHelp);
    return 0;
  }
  const reports = reportsOf(options);
  const settings = runOptionsOf(options, rest);
  let isStuck = false;
  const more = { ...settings, stuck: () => (isStuck = true) };
  const once = async (): Promise<number> => statusOf(await report(reports, more, rest));
  let status = await once();
  const isSnapshot = (file: string): boolean => /\.(stdout|stderr|tree)$/.test(file);
  while (options.has('watch')) {
    tell(text`\nwasi9p: waiting for a change\n`);
    await changeBelow(rest.length > 0 ? rest : ['.'], isSnapshot);
    status = await once();
  }
  if (isStuck) {
    tell(text`wasi9p: A program that was ended still runs: this process is killed.\n`);
    endNow(status);
  }
  return status;
}

function statusOf({ results, failed }: Summary): number {
  if (results.length === 0) return NONE_FOUND;
  return failed > 0 ? 1 : 0;
}

/** Runs the tests, and writes the reports as the results come. */
async function report(
  reports: readonly Report[],
  settings: Parameters<typeof runTests>[0],
  paths: readonly string[],
): Promise<Summary> {
  // Back to the beginning of the line, which is erased.
  const draw = (words: string): void => tell(joined([own('\r\x1b[K'), sentence(words)]));
  const live = stderrIsTerminal() ? new LiveLine(draw) : null;
  const files: number[] = [];
  try {
    const reporters = reports.map(({ name, file }): Reporter => {
      if (file === null) {
        const write = (chunk: string): void => print(lines(chunk));
        return REPORTERS[name](live === null ? write : (chunk) => live.around(() => write(chunk)));
      }
      const fd = open(file);
      files.push(fd);
      return REPORTERS[name]((chunk) => void writeSync(fd, chunk));
    });
    const summary = await runTests({
      ...settings,
      reporters: [...reporters, ...(live === null ? [] : [live])],
      worker: fileURLToPath(thread.entry),
    });
    if (summary.results.length === 0) {
      const where = paths.length > 0 ? paths.join(', ') : 'the current directory';
      const filtered = (settings?.filter ?? []).length > 0 || settings?.shard !== undefined;
      const why = filtered ? 'no test matches' : 'give .wasm files, or directories with some';
      tell(text`wasi9p: No test was found in ${sentence(where)}: ${why}.\n`);
    }
    return summary;
  } catch (error) {
    if (error instanceof FindError) throw new UsageError(error.message, { cause: error });
    throw error;
  } finally {
    for (const fd of files) closeSync(fd);
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (error) {
    throw new UsageError(`The report ${file} cannot be written (${reasonOf(error)}).`, { cause: error });
  }
}
