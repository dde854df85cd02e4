import { makePlan, type PlanEntry } from '@lowbit/core';
import { onnx } from '@lowbit/onnx';
import { expect, it } from 'vitest';
import { detector } from '../../test/detector.js';
import { smallOnnx } from '../../test/small-models.js';
import type { Settings } from '../shared/messages.js';
import { recipeOf } from './recipe.js';

const usual: Settings = {
  method: 'min-max',
  bits: 4,
  ends: 'same',
  granularity: 'channel',
  parameterStorage: 'float32',
  madeFor: 'speed',
  float16: false,
  freezeInputs: false,
};

async function entries(settings: Partial<Settings>): Promise<readonly PlanEntry[]> {
  const recipe = recipeOf({ ...usual, ...settings });
  return (await makePlan(onnx(smallOnnx()), recipe)).plan.weights;
}

const methods = (list: readonly PlanEntry[]) =>
  list.map((entry) => (entry.bits === 'float' ? 'float' : `${entry.quantizer.name} ${entry.bits}`));

it('gives every weight what was chosen', async () => {
  const list = await entries({
    method: 'ul2q:lambda=paper',
    granularity: 'group:32',
    parameterStorage: 'float16',
  });
  expect(list).toHaveLength(3);
  for (const entry of list) {
    expect(entry).toMatchObject({
      bits: 4,
      quantizer: { name: 'ul2q', options: { lambda: 'paper' } },
      granularity: 'group:32',
      parameterStorage: 'float16',
    });
  }
});

it.each([
  ['float', 'min-max', ['float', 'min-max 4', 'float']],
  [8, 'min-max', ['min-max 8', 'min-max 4', 'min-max 8']],
  [8, 'ternary', ['min-max 8', 'ternary 2', 'min-max 8']],
  ['same', 'min-max', ['min-max 4', 'min-max 4', 'min-max 4']],
] as const)('ends %s of %s', async (ends, method, expected) => {
  expect(methods(await entries({ ends, method, bits: method === 'ternary' ? 2 : 4 }))).toEqual(expected);
});

it('computes in integers where that is faster, with weights of 8 bits there', async () => {
  const settings = { ...usual, madeFor: 'integers' } as const;
  const { plan } = await makePlan(onnx(detector, { integers: 'operators' }), recipeOf(settings));
  expect(plan.activations?.every(({ quantizer }) => quantizer.name === 'dynamic')).toBe(true);
  expect(new Set(methods(plan.weights))).toEqual(new Set(['mse 8', 'min-max 4']));
});
