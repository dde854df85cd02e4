import { expect, test } from 'vitest';
import type { Batch } from './model-run.js';
import { classLabels } from './class-labels.js';
import { labelsOf } from './labels.js';

const place = { code: 'invalid-argument', where: 'batch 3' } as const;
const given = (labels: unknown) => ({ inputs: {}, labels }) as Batch;

test('labels are values with a shape, or these by output', () => {
  const values = { shape: [2, 2], data: [1, 2, 3, 4] };
  expect(labelsOf({}, place)).toBeUndefined();
  expect(labelsOf(given([3, 7]), place)).toEqual({ shape: [2], data: [3, 7] });
  expect(labelsOf(given(Float32Array.of(0.5)), place)).toEqual({ shape: [1], data: Float32Array.of(0.5) });
  expect(labelsOf(given(values), place)).toEqual(values);
  const both = labelsOf(given({ a: [1], b: values }), { ...place, outputs: ['a', 'b', 'c'] });
  expect(both).toEqual(
    new Map([
      ['a', { shape: [1], data: [1] }],
      ['b', values],
    ]),
  );
});

test('labels may name outputs as another file of the model does', () => {
  const outputs = ['left_ear', 'right'];
  const named = labelsOf(given({ 'left ear': [1], right: [2] }), { ...place, outputs });
  expect([...(named as ReadonlyMap<string, unknown>).keys()]).toEqual(outputs);
  const twice = { 'left ear': [1], left_ear: [2] };
  expect(() => labelsOf(given(twice), { ...place, outputs })).toThrow(
    expect.objectContaining({ expected: 'labels once for each output' }),
  );
});

test.each([
  ['text', 'cat', 'batch 3: labels', 'For instance'],
  ['nothing', null, 'batch 3: labels', 'For instance'],
  ['an object without members', {}, 'batch 3: labels', 'For instance'],
  ['texts', ['1'], 'batch 3: labels, at [0]', 'Make numbers of texts'],
  [
    'nested lists',
    [
      [1, 2],
      [3, 4],
    ],
    'batch 3: labels, at [0]',
    'row-major',
  ],
  ['another number of values', { shape: [2, 2], data: [1] }, 'batch 3: labels', undefined],
  ['a shape that is none', { shape: [-1], data: [1] }, 'batch 3: labels', 'For instance'],
  ['a tensor', { shape: [1], data: async () => [1] }, 'batch 3: labels', 'await x.data()'],
  ['a misspelt output', { boxs: [1] }, 'batch 3: labels', 'Did you mean boxes?'],
  ['what an output may not have', { boxes: 7 }, "batch 3: labels of output 'boxes'", 'For instance'],
  [
    'text in an output',
    { boxes: { shape: [1, 2], data: [1, null] } },
    "batch 3: labels of output 'boxes', at [0, 1]",
    'Give a number',
  ],
])('%s are no labels', (_, labels, where, remedy) => {
  const told = {
    code: 'invalid-argument',
    where,
    ...(remedy !== undefined && { remedy: expect.stringContaining(remedy) as string }),
  };
  expect(() => labelsOf(given(labels), { ...place, outputs: ['boxes'] })).toThrow(
    expect.objectContaining(told),
  );
});

test.each([
  ['a list', [2, 0]],
  ['a column', { shape: [2, 1], data: [2, 0] }],
  ['rows with 1 at the class', { shape: [2, 3], data: [0, 0, 1, 1, 0, 0] }],
  ['the output that has classes', { box: { shape: [2, 2], data: [1, 2, 3, 4] }, kind: [2, 0] }],
])('samples have a class each by %s', (_, labels) => {
  expect(classLabels(given(labels), [2], { where: 'batch 1' })).toEqual([2, 0]);
});

test.each([
  ['no labels', undefined, 'batch 1: labels'],
  ['other numbers of samples', [1, 2, 3], 'batch 1: labels'],
  ['numbers that are no classes', [0.5, 1], 'batch 1: labels, at [0]'],
  ['maps of classes', { shape: [2, 1, 2], data: [0, 1, 0, 1] }, 'batch 1: labels'],
  ['rows of values', { shape: [2, 2], data: [1, 1, 0, 1] }, 'batch 1: labels'],
  [
    'an output with values',
    { box: { shape: [2, 2], data: [1, 2, 3, 4] } },
    "batch 1: labels of output 'box'",
  ],
  ['classes of two outputs', { kind: [1, 0], colour: [0, 1] }, 'batch 1: labels'],
])('samples have no class by %s', (_, labels, where) => {
  const told = { code: 'calibration-invalid', where, remedy: expect.any(String) as string };
  expect(() => classLabels(given(labels), [2], { where: 'batch 1' })).toThrow(expect.objectContaining(told));
});
