import { expect, test } from 'vitest';
import { nameOf } from './plugin-name.js';

test('a name gives the package and the factory', () => {
  expect(nameOf('zero-point', 'quantizer')).toEqual({
    plugin: 'zero-point',
    package: 'lowbit-plugin-zero-point',
    factory: 'zeroPointQuantizer',
  });
  expect(nameOf('lowbit-plugin-by-2', 'policy')).toMatchObject({ plugin: 'by-2', factory: 'by2Policy' });
  expect(nameOf('class', 'schedule').factory).toBe('classSchedule');
});

test.each(['', 'Three', '3-sigma', '-a', 'a-', 'a--b', 'a_b', '../a', 'a/b', 'a.b', 'ä', 'a'.repeat(201)])(
  'refuses %j',
  (name) => {
    expect(() => nameOf(name, 'quantizer')).toThrow('[invalid-argument]');
  },
);
