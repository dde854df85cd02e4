import { describe, expect, it, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { rowGatherer } from '../calibration/row-gatherer.js';
import type { Batch } from '../contract/model-run.js';
import type { GroupInputs } from '../calibration/input-statistics.js';
import type { InputCapture } from '../contract/observed-inputs.js';
import type { ModelPort } from '../contract/port.js';
import type { QuantizeOptions } from '../contract/events.js';
import type { Recipe } from '../contract/recipe.js';
import type { Rounder } from '../contract/rounder.js';
import { inputStatistics } from './input-statistics.js';
import { quantize } from './quantize.js';

const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * i));

const model: MemoryModel = {
  a: { shape: [4, 4], values: numbers(16, 1) },
  b: { shape: [4, 4], values: numbers(16, 2) },
  c: { shape: [2, 4], values: numbers(8, 3) },
};

const data: readonly Batch[] = Array.from({ length: 5 }, (_, i) => ({
  inputs: { x: { shape: [1, 4], data: numbers(4, 10 + i) } },
}));

/** A port whose inputs are told one weight after the other, and what was done with it. */
function capturing() {
  const done: string[] = [];
  const inputsOf = (id: string): readonly GroupInputs[] => {
    const gatherer = rowGatherer({ inputs: 4, most: 100, random: () => 0 });
    data.forEach(({ inputs }, first) => {
      const read = (_: number, __: number, into: Float32Array) => into.set(inputs['x']!.data);
      gatherer.add({ count: 1, groups: 1, inputs: 4, read }, { first, count: 1, all: 5 });
    });
    done.push(`inputs of ${id}`);
    return gatherer.result() as readonly GroupInputs[];
  };
  const observe = (weights: readonly string[]) => ({
    inputs: new Map(weights.map((id) => [id, { groups: inputsOf(id) }])),
    unknown: new Map<string, string>(),
  });
  const capture: InputCapture = {
    inputs: async (weights) => observe(weights),
    set: (id, values) => void done.push(`${id} is set to ${values.length} values`),
    close: async () => void done.push('closed'),
  };
  const port: ModelPort<MemoryModel> = {
    ...memoryPort(model),
    observeInputs: async (_, { weights }) => observe(weights),
    async captureInputs(_, { weights }) {
      done.push(`begins with ${weights.join(', ')}`);
      return capture;
    },
  };
  return { port, done };
}

const nearest: Rounder = {
  kind: 'rounder',
  api: 2,
  name: 'same',
  needs: ['gram'],
  round: (_, __, context) => context.nearest,
};

const recipe: Recipe = { weights: coarse(), bits: 2, rounding: nearest, data };

describe('sequential inputs', () => {
  it('are asked for weight by weight, each of which is set before the next one', async () => {
    const { port, done } = capturing();
    await quantize(port, { ...recipe, rules: [{ match: { name: '*b*' }, rounding: 'nearest' }] });
    expect(done).toEqual([
      'begins with a, b, c',
      'inputs of a',
      'a is set to 16 values',
      'b is set to 16 values',
      'inputs of c',
      'c is set to 8 values',
      'closed',
    ]);
  });

  it('are left where inputs of the model as it was are asked for', async () => {
    const { port, done } = capturing();
    await quantize(port, recipe, { capture: 'once' });
    expect(done).toEqual(['inputs of a', 'inputs of b', 'inputs of c']);
  });

  it('are freed when something fails', async () => {
    const { port, done } = capturing();
    const failing: Rounder = {
      ...nearest,
      round() {
        throw new Error('no');
      },
    };
    await expect(quantize(port, { ...recipe, rounding: failing })).rejects.toMatchObject({
      code: 'plugin-failed',
    });
    expect(done.at(-1)).toBe('closed');
  });

  it('tell how much time is left', async () => {
    const { port } = capturing();
    const left: (number | undefined)[] = [];
    await quantize(port, recipe, {
      onProgress: ({ phase, secondsLeft }) => void (phase === 'quantize' && left.push(secondsLeft)),
    });
    expect(left[0]).toBeUndefined();
    expect(left[1]).toBeGreaterThanOrEqual(0);
  });
});

test('a port that cannot run in parts says so where that is asked for, and does it at once else', async () => {
  const { port, done } = capturing();
  const { captureInputs, ...whole } = port;
  expect(captureInputs).toBeDefined();
  const { report } = await quantize(whole, recipe);
  expect(done).toHaveLength(3);
  expect(report.capture).toEqual({ way: 'once', reason: 'it does not run in parts' });
  await expect(quantize(whole, recipe, { capture: 'sequential' })).rejects.toMatchObject({
    code: 'calibration-missing',
    received: "one of the port 'memory': it does not run in parts",
  });
});

test('a model that a port cannot run in parts is seen at once, for its reason', async () => {
  const { port, done } = capturing();
  const own = { ...port, whyOnce: async () => 'it has loops' };
  const { report } = await quantize(own, recipe);
  expect(done).toEqual(['inputs of a', 'inputs of b', 'inputs of c']);
  expect(report.capture).toEqual({ way: 'once', reason: 'it has loops' });
  await expect(quantize(own, recipe, { capture: 'sequential' })).rejects.toMatchObject({
    received: "one of the port 'memory': it has loops",
  });
});

test('the report tells which inputs were seen, where any were', async () => {
  const { port } = capturing();
  const calibration = await inputStatistics(port, data);
  const wayOf = async (...[given, options]: [Recipe, QuantizeOptions?]) =>
    (await quantize(port, given, options)).report.capture;
  expect(await wayOf(recipe)).toEqual({ way: 'sequential', reason: 'the default' });
  expect(await wayOf(recipe, { capture: 'sequential' })).toEqual({
    way: 'sequential',
    reason: 'as was asked for',
  });
  expect(await wayOf(recipe, { capture: 'once' })).toEqual({ way: 'once', reason: 'as was asked for' });
  const stored: Recipe = { weights: coarse(), bits: 2, rounding: nearest, calibration };
  expect(await wayOf(stored)).toEqual({
    way: 'once',
    reason: 'stored statistics are of the model as it was',
  });
  expect(await wayOf({ weights: coarse(), bits: 2 })).toBeUndefined();
});
