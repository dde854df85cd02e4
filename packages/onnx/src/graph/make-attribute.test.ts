import { expect, test } from 'vitest';
import { makeAttribute, type AttributeValue } from './make-node.js';

test.each<[string, unknown, string | undefined]>([
  ['a fraction', 0.1, 'Write { float: 0.1 }.'],
  ['fractions', [1, 2.5], 'Write { floats: [1, 2.5] }.'],
  ['texts in a list', ['a'], undefined],
  ['another object', { bar: 1 }, undefined],
  ['a truth value', true, undefined],
  ['nothing', null, undefined],
])('%s is no value of an attribute, which is told with what to write', (_, value, remedy) => {
  expect(() => makeAttribute('alpha', value as AttributeValue)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', where: "attribute 'alpha'", remedy }),
  );
});

test.each<[AttributeValue]>([
  [3],
  [[1, 2]],
  [[]],
  ['NOTSET'],
  [{ float: 0.1 }],
  [{ floats: [0.1] }],
  [{ strings: ['a'] }],
])('%j is the value of an attribute', (value) => {
  expect(makeAttribute('alpha', value).name).toBe('alpha');
});
