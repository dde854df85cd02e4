import { portLaws } from '@lowbit/conformance';
import { quantize } from '@lowbit/core';
import { describe, expect, it } from 'vitest';

import { keras, readKeras, tfjsArtifacts, type KerasModel } from '../src/index.js';
import { registry } from '../src/register.js';
import { kerasCases } from './cases.js';

const cases = await kerasCases('keras3');

async function decoded({ weights }: KerasModel): Promise<ReadonlyMap<string, Float32Array>> {
  const read = weights.map(async (weight) => [weight.id, await weight.read()] as const);
  return new Map(await Promise.all(read));
}

describe.each(['nested', 'bidirectional_lstm', 'branches', 'dense'])('%s', (name) => {
  const make = () => keras(cases.get(name)!.get('model.keras')!);
  const fingerprint = ({ weights, plans }: KerasModel) => [
    weights.map(({ id, packed }) => [id, packed]),
    plans,
  ];
  for (const law of portLaws({ make, decodeResult: decoded, fingerprint })) it(law.title, law.run);
});

it.each([
  ['min-max', 4],
  ['ul2q', 4],
  ['slq', 4],
  ['mlq', 2],
])('%s at %i bits quantizes a file', async (weights, bits) => {
  const file = cases.get('nested')!.get('model.keras')!;
  const { model, report } = await quantize(keras(file), { registry, weights, bits });
  expect(report.weights.map(({ id }) => id)).toEqual([
    'inside/twin/kernel',
    'deep/twin/kernel',
    'twin/kernel',
  ]);
  const { weightSpecs, userDefinedMetadata } = await tfjsArtifacts(model);
  expect(
    weightSpecs.filter(({ quantization }) => quantization !== undefined).map(({ name }) => name),
  ).toEqual(['inside_twin/kernel', 'deep_twin/kernel', 'twin/kernel']);
  expect(userDefinedMetadata).toMatchObject({ lowbit: { plan: { format: 'lowbit-plan' } } });
});

it('never quantizes twice', async () => {
  const read = await readKeras(cases.get('dense')!.get('model.keras')!);
  const { model } = await quantize(keras(read), { registry, bits: 4, include: ['dense'] });
  const { report } = await quantize(keras(model), { registry, bits: 4 });
  expect(report.weights.map(({ id }) => id)).toEqual(['dense_1/kernel']);
});

/** The configurations of recurrent layers and cells in what TensorFlow.js is given. */
function recurrentConfigs(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return [];
  const { class_name: name, config } = value as { readonly class_name?: string; readonly config?: object };
  const own = /^(Lowbit)?(LSTM|GRU|SimpleRNN|ConvLSTM2D)(Cell)?$/.test(name ?? '') ? [config!] : [];
  return [...own, ...Object.values(value).flatMap(recurrentConfigs)];
}

const recurrent = [...cases.keys()].filter((name) => /lstm|gru|rnn/.test(name));

it.each(recurrent)('%s starts with zeros, as orthogonal matrices take minutes to make', async (name) => {
  const model = await readKeras(cases.get(name)!.get('model.keras')!);
  const artifacts = await tfjsArtifacts(model).catch(() => undefined);
  model.close();
  const zeros = { recurrent_initializer: { class_name: 'Zeros' } };
  for (const config of recurrentConfigs(artifacts?.modelTopology)) expect(config).toMatchObject(zeros);
});
