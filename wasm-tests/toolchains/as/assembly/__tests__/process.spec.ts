// Tests of what a process has: arguments, variables, clocks, random numbers, and the talk with as-test itself.
import { describe, expect, test } from 'as-test';

describe('process', () => {
  test('arguments and variables', () => {
    expect(process.argv.length).toBe(1);
    expect(process.env.has('WASI9P_AS')).toBe(true);
    expect(process.env.get('WASI9P_AS')).toBe('given');
  });

  test('clocks and random numbers', () => {
    expect(Date.now()).toBeGreaterThan(1_700_000_000_000);
    const first = process.hrtime();
    expect(process.hrtime()).toBeGreaterOrEqualTo(first);
    const bytes = new Uint8Array(64);
    crypto.getRandomValues(bytes);
    expect(bytes.some((byte) => byte != 0)).toBe(true);
    expect(Math.random()).toBeLessThan(1);
  });

  test('a snapshot, which the program asks for on stdout and gets on stdin', () => {
    expect('the text of a snapshot').toMatchSnapshot();
  });
});
