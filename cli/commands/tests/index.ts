// `wasi9p test`, loaded when it is called.
export { runTestCommand } from './command.ts';
export { testHelp } from './options.ts';
