import { minMax } from '@lowbit/baselines';
import {
  quantize,
  type ModelPort,
  type QuantizedTensor,
  type RecipeSettings,
  type StorageNote,
} from '@lowbit/core';
import { schemeOutline, totalCost } from '@lowbit/core/method';
import { graphModel, tfjs, type StorageForm } from '@lowbit/tfjs';
import { expect, it } from 'vitest';
import { loadMobileNet } from '../nsfw/mobilenet.js';
import { midArtifacts } from './mid-artifacts.js';

type Recipe = Pick<RecipeSettings, 'weights' | 'bits' | 'granularity' | 'parameterStorage'>;

const recipes: readonly (readonly [Recipe, StorageForm])[] = [
  [{ weights: minMax(), bits: 8 }, {}],
  [{ weights: minMax(), bits: 4, parameterStorage: { kind: 'two-level', bits: 6 } }, {}],
  [{ weights: minMax(), bits: 8 }, { format: 'plain' }],
];

/** What all quantized weights were told to cost, and what writing notes of them. */
async function costs<M>(port: ModelPort<M>, recipe: Recipe) {
  const tensors = new Map<string, QuantizedTensor>();
  let notes: readonly StorageNote[] = [];
  const watched: ModelPort<M> = {
    ...port,
    write(outcome) {
      const writer = port.write(outcome);
      return {
        add: (id, tensor) => (tensors.set(id, tensor), writer.add(id, tensor)),
        async finish() {
          const applied = await writer.finish();
          notes = applied.storage;
          return applied;
        },
      };
    },
  };
  const { model, plan } = await quantize(watched, recipe, { measure: false });
  const weights = new Map(
    (await port.layers()).flatMap((layer) => layer.weights.map((weight) => [weight.id, weight])),
  );
  const told = [];
  for (const entry of plan.weights) {
    const tensor = tensors.get(entry.id);
    if (entry.bits === 'float' || tensor === undefined) continue;
    const { parameterStorage, scheme } = tensor;
    const asked = { ...entry, parameterStorage, scheme: schemeOutline(scheme) };
    told.push(await port.cost!(weights.get(entry.id)!, asked));
  }
  const sum = (size: 'storedBytes' | 'memoryBytes') => notes.reduce((total, note) => total + note[size], 0);
  return { model, told: totalCost(told), written: [sum('storedBytes'), sum('memoryBytes')] as const };
}

function expectTight({ told, written: [stored, memory] }: Awaited<ReturnType<typeof costs>>): void {
  expect(told.storedBytes).toBeGreaterThanOrEqual(stored);
  expect(told.storedBytes).toBeLessThanOrEqual(1.01 * stored);
  expect(told.memoryBytes).toBe(memory);
}

it('weights of layers and of graphs cost at most 1 % less than they were told to', async () => {
  const model = await loadMobileNet();
  const artifacts = await midArtifacts();
  for (const [recipe, form] of recipes) {
    const layers = await costs(tfjs(model, form), recipe);
    expectTight(layers);
    layers.model.weights.forEach((weight) => weight.dispose());
    expectTight(await costs(graphModel(artifacts, form), recipe));
  }
  model.weights.forEach((weight) => weight.dispose());
});
