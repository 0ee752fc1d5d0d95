// The runner of tests.
import { RUN_TESTS_OPTIONS } from '../../../runner/run.ts';
import type { Call } from './call.ts';

const { worker: _worker, stuck: _stuck, ...ROWS } = RUN_TESTS_OPTIONS;

export const TESTS: readonly Call[] = [
  {
    call: 'runTests(options)',
    from: ['wasi9p/test'],
    about: 'Runs the tests below paths. It is asynchronous: a wrong option rejects.',
    rows: ROWS,
    options: {
      paths: { text: 'Files and directories, at least one.', type: 'string[]', byDefault: 'the current directory' },
      filter: { text: 'Runs the tests whose name contains one of these texts.', type: 'string[]', byDefault: 'all' },
      shard: {
        text: '`{ index, count }`: runs the `index`-th (from 1) of `count` parts of the tests.',
        byDefault: 'all',
      },
      retries: {
        text: 'Runs a failed test again, up to this many times; it passes if it passes once.',
        byDefault: '0',
      },
      timeout: {
        text: 'Milliseconds that a program may run, unless its specification says otherwise.',
        type: 'integer, 1 or more',
        byDefault: '60,000',
      },
      jobs: {
        text: 'Programs that run at the same time.',
        type: 'integer, 1 to 1,024',
        byDefault: 'the number of processors',
      },
      stack: { text: 'The stack of a program, in MiB.', type: 'integer, 1 to 1,024', byDefault: '4' },
      expectations: { text: 'Tests to skip or expected to fail; `parseExpectations` returns them.', byDefault: 'none' },
      update: { text: 'Writes the snapshots of tests that end by themselves.', byDefault: '`false`' },
      leaks: {
        text: 'If false, a test may leave files in /tmp and unlinked files open, whatever its specification says.',
        byDefault: '`true`',
      },
      reporters: { text: 'The objects that are told of each test.', type: 'Reporter[]', byDefault: 'none' },
    },
  },
];
