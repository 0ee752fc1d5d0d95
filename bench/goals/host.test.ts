// Tries the goals for host directories, at and beyond their limits.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Results } from '../calls/results.ts';
import { ROWS } from '../calls/rows.ts';
import { columnOf, type Column } from '../calls/columns.ts';
import { costsOf, hostGoals } from './host.ts';

const row = (label: string, ratio: number) => ({ label, ratio });
const cheap = Array.from({ length: 30 }, (_, i) => row(`row ${i}`, 1));

test('met, up to the limits', () => {
  assert.equal(hostGoals([...cheap, row('a', 1.004), row('b', 1.3), row('c', 1.01), row('d', 1.2)]), [
    "At least 31 of 34 rows at most node:wasi's time: met, 32. Above: b 1.3; d 1.2.",
    'No row above 1.3 times: met.',
  ]);
});

test('not met: the rows above the limits are listed, and a row without a figure', () => {
  assert.equal(hostGoals([...cheap, row('a', 1.4), row('b', 1.1), row('c', 1.2), row('d', NaN)]), [
    "At least 31 of 34 rows at most node:wasi's time: NOT met, 30. Above: a 1.4; c 1.2; b 1.1; d NaN.",
    'No row above 1.3 times: NOT met. Above: a 1.4; d NaN.',
  ]);
});

test('the costs are ratios of the medians', () => {
  const rows = ROWS.slice(0, 2);
  const columns = ['openat2', 'node-wasi'].map((key) => columnOf(key) as Column);
  const results = new Results(rows, columns);
  for (const ns of [300, 100, 200]) results.add(rows[0]!, columns[0]!, { ns, complete: true, seconds: 1 });
  results.add(rows[0]!, columns[1]!, { ns: 100, complete: true, seconds: 1 });
  assert.equal(
    costsOf(results, 'openat2', ({ workload }) => workload),
    [row('fdstat', 2), row('lseek', NaN)],
  );
});

test.run();
