import { expect, test } from 'vitest';
import { gate, gateAtMost } from './gate.js';
import { prove } from './proof.js';
import type { Part } from './section.js';
import { proofText } from './text.js';

const part: Part = {
  name: 'made-up',
  measure: async () => ({
    name: 'made-up',
    title: 'A table',
    rows: [{ model: 'one', speed: 1.23456 }],
    gates: [
      gate('speed of one', 1.23456, 1.3, 1.5),
      gate('accuracy of one', 30, 20),
      gate('nothing', NaN, 0),
      gateAtMost('error of one', 2e-4, 1e-4),
      gateAtMost('error of two', 1e-5, 1e-4),
    ],
    skipped: ['two: not here'],
  }),
};

test('missed gates are named, and what is not a number is missed', async () => {
  const proof = await prove('lowbit-proof', [part], () => {});
  expect(proof.missed.map(({ name }) => name)).toEqual(['speed of one', 'nothing', 'error of one']);
  expect(proof.missed[0]).toEqual({
    name: 'speed of one',
    value: 1.23456,
    least: 1.3,
    goal: 1.5,
    passed: false,
  });
  const text = proofText(proof);
  expect(text).toContain('3 of 5 gates missed');
  expect(text).toContain('missed: speed of one: 1.235, at least 1.3 is needed');
  expect(text).toContain('missed: error of one: 0.0002, at most 0.0001 is allowed');
  expect(text).toContain('skipped: two: not here');
});
