import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fingerprint } from './fingerprint.js';

interface Case {
  readonly values: readonly number[];
  readonly fingerprint: string;
}

const file = new URL('../../fixtures/fingerprint.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[];

test('the fingerprint of values is that of another implementation', () => {
  for (const { values, fingerprint: expected } of cases)
    expect(fingerprint(Float32Array.from(values))).toBe(expected);
});

test('a zero has no sign, a changed last bit is another value', () => {
  expect(fingerprint(Float32Array.of(-0, 1))).toBe(fingerprint(Float32Array.of(0, 1)));
  expect(fingerprint(Float32Array.of(0, 1 + 2 ** -23))).not.toBe(fingerprint(Float32Array.of(0, 1)));
});
