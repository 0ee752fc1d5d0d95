// The entry point of the command `wasi9p`.
import { reasonOf } from './lib/reason.ts';
import { tell } from './lib/output.ts';
import { sentence, text } from './lib/text.ts';

// All other modules are imported here, so that a failure for lack of descriptors or memory is reported, too.
try {
  const { main, statusOf } = await import('./command.ts');
  process.on('uncaughtException', (error) => process.exit(statusOf(error)));
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  tell(text`wasi9p: the program cannot be loaded: ${sentence(reasonOf(error))}.\n`);
  process.exitCode = 1;
}
