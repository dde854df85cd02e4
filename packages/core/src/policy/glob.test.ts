import { expect, test } from 'vitest';
import { matchesGlob } from './glob.js';

test('globs match whole names', () => {
  const yes = [
    ['*', ''],
    ['*', 'a/b.c'],
    ['conv?', 'conv1'],
    ['a*c*e', 'abcde'],
    ['a.b', 'a.b'],
    ['**x', 'x'],
    [String.raw`W\?`, 'W?'],
    [String.raw`a\*\\*`, String.raw`a*\b`],
    [String.raw`a\b`, String.raw`a\b`],
  ] as const;
  const no = [
    ['conv?', 'conv'],
    ['a.b', 'axb'],
    ['a*', 'ba'],
    ['', 'a'],
    ['*a', 'ab'],
    [String.raw`W\?`, 'W1'],
    [String.raw`W\*`, 'Wx'],
  ] as const;
  for (const [glob, name] of yes) expect(matchesGlob(glob, name), `${glob} ${name}`).toBe(true);
  for (const [glob, name] of no) expect(matchesGlob(glob, name), `${glob} ${name}`).toBe(false);
});

test('a hostile pattern takes no exponential time', () => {
  expect(matchesGlob(`${'*a'.repeat(40)}b`, 'a'.repeat(5000))).toBe(false);
});
