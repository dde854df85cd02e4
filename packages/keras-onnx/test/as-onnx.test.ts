import { portLaws } from '@lowbit/conformance';
import { applyPlan, quantize, type Batch, type Recipe, type Report } from '@lowbit/core';
import { budget } from '@lowbit/core/policy';
import { keras, readKeras, type KerasModel } from '@lowbit/keras';
import { registry } from '@lowbit/keras/register';
import type { BuiltModel } from '@lowbit/onnx/build';
import { runner } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenOf, kerasCases, valuesOf } from '../../keras/test/cases.js';
import { asOnnx, toOnnx } from '../src/index.js';
import { ownCases, run } from './support.js';

const cases = new Map([...(await kerasCases('keras3')), ...ownCases]);

beforeAll(() => tf.setBackend('cpu'));

const fileOf = (name: string) => cases.get(name)!.get('model.keras')!;

function batchOf(name: string, { network }: KerasModel): Batch {
  const named = goldenOf(cases.get(name)!).inputs.map((input, i) => {
    const data = Float32Array.from(valuesOf(input));
    return [network.inputs[i]!.layer, { shape: input.shape, data }] as const;
  });
  return { inputs: Object.fromEntries(named) };
}

/** Quantizes into a file what is computed of the inputs of a case. */
async function quantized(name: string, recipe: Recipe) {
  const read = await readKeras(fileOf(name));
  const port = keras(read, { runner, registry });
  const given = { registry, ...recipe, data: [batchOf(name, read)] };
  try {
    return { read, ...(await quantize(asOnnx(port, { registry }), given)) };
  } finally {
    port.close();
  }
}

/** Decibels of each output of a file, beside those of the float model, by onnxruntime-web. */
async function decibels(name: string, read: KerasModel, { bytes }: BuiltModel): Promise<readonly number[]> {
  const golden = goldenOf(cases.get(name)!);
  const before = await run((await toOnnx(read)).bytes, read, golden);
  const after = await run(bytes, read, golden);
  return before.map(({ data }, output) => {
    const float = data as Float32Array;
    const result = after[output]!.data as Float32Array;
    const sum = (of: (value: number, i: number) => number) =>
      float.reduce((total, value, i) => total + of(value, i) ** 2, 0);
    return 10 * Math.log10(sum((value) => value) / sum((value, i) => value - result[i]!));
  });
}

const toldOf = ({ verdict }: Report) => verdict!.outputs!.outputs.map(({ sqnrDb }) => sqnrDb ?? Infinity);

const names = ['separable_conv2d', 'lstm', 'bidirectional_gru', 'multi_head_attention', 'branches'];
const recipes: readonly (readonly [string, Recipe])[] = [
  ...[8, 4, 2].map((bits) => [`${bits} bits`, { bits }] as const),
  ['4 bits by slq', { bits: 4, weights: 'slq' }],
  ['8 bits of activations', { bits: 8, activations: 'percentile' }],
  ['20 dB', { bits: budget({ minSqnr: 20 }) }],
];

describe.each(recipes)('%s', (_, recipe) => {
  it.each([...names, 'residual_3', 'large_text_3'])('%s: what is told is true of the file', async (name) => {
    const { read, model, report, budget: spent } = await quantized(name, recipe);
    const told = toldOf(report);
    const measured = await decibels(name, read, model);
    // One is computed by TensorFlow.js: sums of products in another order.
    measured.forEach((value, i) => {
      if (Number.isFinite(value) && value < 90) expect(value).toBeCloseTo(told[i]!, 1);
      else expect(told[i]).toBeGreaterThan(80);
    });
    if (spent !== undefined) {
      expect(Math.min(...measured)).toBeGreaterThan(20);
      expect(spent.result!.sqnrDb ?? Infinity).toBeCloseTo(Math.min(...told), 5);
    }
    expect(report.modelBytes.after).toBe(model.bytes.length);
    const ids = [...report.weights, ...report.skipped.map(({ subject: id }) => ({ id }))];
    const floats = model.storage.filter(({ float }) => float === true);
    expect(ids.map(({ id }) => id)).toEqual(expect.arrayContaining(floats.map(({ id }) => id)));
    expect(report.weights.map(({ id }) => id)).toEqual(
      model.storage.filter(({ float }) => float !== true).map(({ id }) => id),
    );
    read.close();
  });
});

it('weights that gain nothing are as in the file of before, and the others as toOnnx writes them', async () => {
  const read = await readKeras(fileOf('lstm'));
  const { model, report, plan } = await quantize(asOnnx(keras(read)), { registry, bits: 4 });
  const left = report.skipped.filter(({ reason }) => reason.startsWith('left as it was'));
  expect(left.length).toBeGreaterThan(0);
  const inKeras = await quantize(keras(read), { registry, bits: 4 });
  expect(inKeras.plan).toEqual(plan);
  const written = await toOnnx(inKeras.model, { original: read });
  expect(model.bytes).toEqual(written.bytes);
  const again = await applyPlan(asOnnx(keras(read)), plan, registry);
  expect(again.model.bytes).toEqual(model.bytes);
  read.close();
});

it('a budget knows which weights gain nothing: they lose nothing, and take what they took', async () => {
  const { read, measurements, report } = await quantized('gru', { bits: budget({ averageBits: 90 }) });
  const known = measurements!.items.filter(({ candidates }) => candidates[0]!.float === true);
  expect(known.length).toBeGreaterThan(0);
  for (const { ids, candidates } of known) {
    for (const one of candidates) expect(one).toMatchObject({ effect: 0, weightError: 0 });
    expect(new Set(candidates.map(({ storedBytes }) => storedBytes)).size).toBe(1);
    expect(report.skipped.find(({ subject }) => subject === ids[0])!.reason).toContain('left as it was');
  }
  read.close();
});

it('refuses what is no port of Keras, and options that are none', () => {
  expect(() => asOnnx({} as never)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  const port = keras(fileOf('dense'));
  expect(() => asOnnx(port, { original: 1 } as never)).toThrow("'original'");
  expect(() => asOnnx(port, { opset: 12 })).toThrow('an operator set from 13 to 25');
});

describe.each(['nested', 'bidirectional_lstm', 'branches', 'large_text_3'])('%s', (name) => {
  const make = () => asOnnx(keras(fileOf(name)));
  const fingerprint = ({ bytes }: BuiltModel) => bytes;
  for (const law of portLaws({ make, fingerprint, costSlack: 0.1 })) it(law.title, law.run);
});
