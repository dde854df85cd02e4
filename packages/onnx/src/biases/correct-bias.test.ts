import { type Batch, quantize, type Quantizer, type Recipe } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import cases from '../../fixtures/bias-correction.json' with { type: 'json' };
import { integerFlow } from '../../test/helpers/integer-flow.js';
import { operatorModel } from '../../test/helpers/operator-model.js';
import { runningSamples } from '../../test/helpers/operator-samples.js';
import { plainMinMax } from '../../test/helpers/plain-min-max.js';
import { plainDynamic, plainRange } from '../../test/helpers/plain-quantizers.js';
import { runModel } from '../../test/helpers/run-model.js';
import { onnx } from '../index.js';
import { readModel } from '../read/read-model.js';

ort.env.wasm.numThreads = 1;
const recipe = (data: readonly Batch[], more: Recipe = {}): Recipe => ({
  weights: plainMinMax,
  bits: 2,
  correctBiases: true,
  data,
  ...more,
});

/** Whether a written layer computes within float32 of what numpy and the runtime of Python give. */
test.each(cases)('$name takes off what the weight adds on average', async ({ model, x, shape, expected }) => {
  const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
  const data: Batch[] = [{ inputs: { x: { shape, data: Float32Array.from(x) } } }];
  const result = await quantize(onnx(bytes, { ort }), recipe(data), { capture: 'once' });
  const feeds = { x: new ort.Tensor('float32', Float32Array.from(x), shape) };
  const y = (await runModel(result.model.bytes, feeds)).get('y') as Float32Array;
  expect(y).toHaveLength(expected.length);
  // Permits sums of some hundred float32 products in another order.
  expected.forEach((value, i) => expect(Math.abs(y[i]! - value)).toBeLessThan(2e-5));
  expect(result.report.biases?.map(({ left }) => left)).toEqual(result.report.weights.map(() => undefined));
});

test.each([
  ['Conv without one and with an Add behind', 'Add'],
  ['Conv without one and with a BatchNormalization behind', 'mean'],
  ['Conv without one', 'new bias'],
  ['MatMul', 'new Add'],
])('%s: a constant is added only where no number stands that can be changed', async (name, form) => {
  const { model, x, shape } = cases.find((one) => one.name === name)!;
  const data: Batch[] = [{ inputs: { x: { shape, data: Float32Array.from(x) } } }];
  const bytes = () => Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
  const written = async (correctBiases: boolean) =>
    quantize(onnx(bytes(), { ort }), recipe(data, { correctBiases }), { capture: 'once' });
  const [plain, corrected] = [await written(false), await written(true)];
  expect(corrected.report.biases!.map((one) => one.form)).toEqual([form]);
  const count = ({ model }: typeof plain) => readModel(model.bytes).proto.graph!.initializer.length;
  if (form.startsWith('new')) expect(count(corrected)).toBe(count(plain) + 1);
  else expect(count(corrected)).toBe(count(plain));
});

const samples = runningSamples.filter(({ operator }) => operator.bias !== undefined);

describe.each(samples)('$title', ({ operator, sample }) => {
  const others = Object.keys(sample.inputs).filter((name) => !(name in sample.weights) && name !== 'x');
  test.each([
    ['fed', []],
    ['constant', others],
  ])('with %s biases is nearer to the original, or its bias is left and told', async (_, constant) => {
    const { bytes, feeds } = operatorModel(operator, sample, constant);
    const given = feeds();
    const data: Batch[] = [
      {
        inputs: Object.fromEntries(
          Object.entries(given).map(([name, { dims, data }]) => [
            name,
            { shape: dims, data: (data as Float32Array).map((value) => (name === 'x' ? value + 1 : value)) },
          ]),
        ),
      },
    ];
    const run = async (model: Uint8Array) => {
      const tensors = Object.entries(data[0]!.inputs).map(
        ([name, { shape, data }]) =>
          [name, new ort.Tensor('float32', Float32Array.from(data), shape)] as const,
      );
      return (await runModel(model, Object.fromEntries(tensors))).get('y') as Float32Array;
    };
    const original = await run(bytes());
    const off = async (model: Uint8Array) =>
      (await run(model)).reduce((sum, y, i) => sum + (y - original[i]!) ** 2, 0);
    const plain = await quantize(onnx(bytes(), { ort }), recipe(data, { correctBiases: false }));
    const { model, report } = await quantize(onnx(bytes(), { ort }), recipe(data));
    for (const { reason } of report.biases!) expect(reason).not.toBe('');
    const isLeft = report.biases!.every(({ left }) => left === true);
    if (isLeft) expect(await off(model.bytes)).toBe(await off(plain.model.bytes));
    else expect(await off(model.bytes)).toBeLessThan(await off(plain.model.bytes));
  });
});

/** A grid of 8 bits of which weights use some levels alone, so that integers compute with large errors. */
const coarse: Quantizer = {
  ...plainMinMax,
  name: 'coarse',
  fit(values) {
    const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const scale = Math.fround(most / 2);
    return { kind: 'affine', levels: 256, scale, offset: -128 * scale };
  },
};

/** Those of which integers are made, and biases corrected: not batches of matrices. */
const integers = runningSamples.filter(
  ({ operator, sample }) =>
    operator.bias !== undefined &&
    operator.integer !== undefined &&
    typeof operator.bias(operatorModel(operator, sample).node, {
      input: 1,
      dims: sample.inputs['w'] ?? [],
    }) !== 'string',
);

describe.each(integers)('in integers: $title', ({ operator, sample }) => {
  const others = Object.keys(sample.inputs).filter((name) => !(name in sample.weights) && name !== 'x');
  test.each([
    ['operators', plainRange],
    ['qdq', plainRange],
    ['operators', plainDynamic],
  ] as const)('%s', async (form, activations) => {
    const { bytes, feeds } = operatorModel(operator, sample, others);
    const [[name, { dims, data: noise }]] = Object.entries(feeds()) as [[string, ort.Tensor]];
    const values = (noise as Float32Array).map((value) => value + 1);
    const batches: Batch[] = [{ inputs: { [name]: { shape: dims, data: values } } }];
    const run = async (model: Uint8Array) =>
      (await runModel(model, { [name]: new ort.Tensor('float32', values, dims) })).get('y') as Float32Array;
    const flow = (correctBiases: boolean) =>
      integerFlow(bytes(), form, batches, activations, { weights: coarse, data: batches, correctBiases });
    const [plain, corrected] = [await flow(false), await flow(true)];
    expect(corrected.forms).toEqual(plain.forms);
    const original = await run(bytes());
    const off = (y: Float32Array) => y.reduce((sum, one, i) => sum + (one - original[i]!) ** 2, 0);
    expect(off(await run(corrected.bytes))).toBeLessThan(0.9 * off(await run(plain.bytes)));
  });
});
