import { encode } from '@lowbit/core';
import { expect, it } from 'vitest';

import { expandedWeights, inspectModel } from './inspect-model.js';
import { packWeight } from '../manifest/packed-weight.js';
import { plainWeight } from '../manifest/plain-weight.js';

const values = Float32Array.from({ length: 32 }, (_, i) => i - 15.5);
const fit = () => ({ kind: 'affine', levels: 16, scale: 2 }) as const;
const packed = packWeight('d/kernel', encode(values, [4, 8], 'tensor', { bits: 4, fit }));
const plain = (['float32', 'float16', 'uint8', 'uint8'] as const).map((form, i) =>
  plainWeight(`w${i}`, [4, 8], values, form),
);
const json = {
  modelTopology: { class_name: 'Sequential', config: { layers: [{ class_name: 'Dense' }] } },
  weightsManifest: [],
};

it('tells operators and weights by their files', () => {
  const { lowbit, ...inspection } = inspectModel({ ...json, generatedBy: 'a test' }, [plain[0]!, plain[2]!]);
  expect(inspection).toEqual({
    kind: 'layers-model',
    generatedBy: 'a test',
    operators: [{ op: 'Dense', domain: 'tensorflow.js', count: 1 }],
    parameters: {
      count: 64,
      bytes: 160,
      types: [
        { type: 'float32', tensors: 1, count: 32, bytes: 128 },
        { type: 'uint8', tensors: 1, count: 32, bytes: 32 },
      ],
    },
    weights: [
      { name: 'w0', shape: [4, 8], type: 'float32', values: 32, bytes: 128 },
      { name: 'w2', shape: [4, 8], type: 'uint8', values: 32, bytes: 32 },
    ],
  });
  expect(lowbit).toBeUndefined();
});

it('tells what lowbit did, by the packed weights and the plans of all runs', () => {
  const quantizer = { name: 'min-max', options: {} };
  const entry = (id: string, bits: number | 'float') => {
    const common = { id, layer: id, bits, reason: 'everywhere' };
    return bits === 'float'
      ? common
      : { ...common, quantizer, granularity: 'tensor', parameterStorage: 'float32' };
  };
  const plan = (...weights: object[]) => ({
    format: 'lowbit-plan',
    version: 1,
    port: 'tfjs',
    seed: 0,
    weights,
  });
  const told = (userDefinedMetadata: Readonly<Record<string, unknown>>) =>
    inspectModel({ ...json, userDefinedMetadata }, [packed]).lowbit;
  expect(told({ lowbit: { plan: 7 } })).toEqual({
    packed: 1,
    bitsPerWeight: (8 * packed.bytes.length) / 32,
    plan: null,
  });
  const both = {
    plan: plan(entry('a', 4), entry('b', 'float')),
    earlier: [plan(entry('a', 8), entry('c', 4))],
  };
  const { plan: summary } = told({ lowbit: both })!;
  expect(summary).toEqual({
    weights: [{ quantizer: 'min-max', bits: 4, granularity: 'tensor', count: 2 }],
    activations: 0,
  });
});

it('finds the weights that are held in fewer bits, but not what lowbit packed', () => {
  expect(expandedWeights([...plain, packed].map(({ spec }) => spec))).toEqual([
    { form: 'float16', weights: 1, values: 32 },
    { form: 'uint8', weights: 2, values: 64 },
  ]);
});
