import { expect, it } from 'vitest';
import { parsePlan, type QuantizationPlan } from '@lowbit/core';
import { editablePlan } from './decisions.js';
import { planSentences } from './plan-sentences.js';

const entry = {
  id: 'conv.w',
  layer: 'conv',
  bits: 4,
  quantizer: { name: 'grid', options: { a: 1, b: 2 } },
  granularity: 'channel',
  parameterStorage: 'float32',
  reason: 'budget: alone it costs less than 1e-3',
} as const;
const left = { id: 'head', layer: 'head', bits: 'float', reason: 'excluded by head' } as const;
const site = {
  id: 'conv.w',
  bits: 8,
  quantizer: { name: 'range', options: {} },
  reason: '8 bits everywhere',
};
const plan = editablePlan({
  ...{ format: 'lowbit-plan', version: 1, port: 'p', seed: 0 },
  ...{ weights: [entry, left], activations: [site] },
});

/** The sentences of a plan whose entries were edited, without what they say of the entry itself. */
function reasons(edited: Partial<QuantizationPlan>): readonly string[] {
  const read = parsePlan(JSON.parse(JSON.stringify({ ...plan, ...edited })), 'plan.json');
  return planSentences(read).map(({ sentence }) => sentence.replace(/^.*?: /, ''));
}
const own = ['budget: alone it costs less than 1e-3.', 'excluded by head.', '8 bits everywhere.'];

it('what was not edited has its reasons, in whatever order members and entries are', () => {
  expect(reasons({})).toEqual(own);
  const options = { b: 2, a: 1 };
  const quantizer = { options, name: 'grid' };
  expect(reasons({ weights: [left, { ...entry, quantizer }] })).toEqual([own[1], own[0], own[2]]);
});

it.each([
  [{ ...entry, bits: 6 }, 'changed by hand, it had 4 bits as the plan was made.'],
  [
    { ...left, id: 'conv.w', layer: 'conv', reason: entry.reason },
    'changed by hand, it had 4 bits as the plan was made.',
  ],
  [
    { ...entry, id: 'head', layer: 'head', reason: left.reason },
    'changed by hand, it stayed float as the plan was made.',
  ],
  [{ ...entry, granularity: 'tensor' }, 'changed by hand, it had other settings as the plan was made.'],
  [
    { ...entry, quantizer: { name: 'grid', options: { a: 1, b: 3 } } },
    'changed by hand, it had other settings as the plan was made.',
  ],
  [{ ...entry, parameterStorage: { kind: 'two-level', bits: 6 } }, /other settings/],
  [{ ...entry, rounding: { name: 'careful', options: {} } }, /other settings/],
  [{ ...entry, bits: 6, reason: 'it looks better' }, 'it looks better.'],
  [{ ...entry, id: 'conv.new' }, own[0]],
] as const)('%j: %s', (edited, told) => {
  const [first] = reasons({ weights: [edited] });
  if (typeof told === 'string') expect(first).toBe(told);
  else expect(first).toMatch(told);
});

it('places of activations are told from weights of the same name', () => {
  const edited = reasons({ activations: [{ ...site, bits: 4 }] });
  expect(edited).toEqual([own[0], own[1], 'changed by hand, it had 8 bits as the plan was made.']);
});
