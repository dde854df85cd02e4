import { quantize, type Quantizer } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import { minMax } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { patchGrid } from '../../test/helpers/activation-quantizers.js';
import { operatorModel } from '../../test/helpers/operator-model.js';
import { runningSamples, type TitledSample } from '../../test/helpers/operator-samples.js';
import { operatorsRun } from '../../test/helpers/operators-run.js';
import { changesOf, decibels, placesAlong } from '../../test/helpers/outputs.js';
import { plainMinMax } from '../../test/helpers/plain-min-max.js';
import { runModel } from '../../test/helpers/run-model.js';
import { describeModel } from '../describe/describe-model.js';
import { readFloats } from '../model/tensor-data.js';
import { onnx } from '../port.js';
import { readModel } from '../read/read-model.js';

ort.env.wasm.numThreads = 1;

/** A sample of which the first input is given, the second one is the weight, and what follows are constants. */
function modelOf({ operator, sample }: Pick<TitledSample, 'operator' | 'sample'>) {
  const [, , ...constant] = Object.keys(sample.inputs);
  const { node, bytes, feeds } = operatorModel(operator, sample, constant);
  const file = bytes();
  const [site] = describeModel(readModel(file)).sites;
  const run = async (model: Uint8Array, given = feeds()) => (await runModel(model, given)).get('y')!;
  const x = feeds()[node.input[0]!] as ort.Tensor;
  return { node, file, site: site!, run, x: { shape: x.dims, data: x.data as Float32Array } };
}

const weightSecond = runningSamples.filter(
  ({ sample }) => Object.keys(sample.weights).join() === Object.keys(sample.inputs)[1],
);

/** Whether an output is the product of the rows of the input with a matrix, plus a bias where there is one. */
async function isProduct(one: TitledSample): Promise<boolean> {
  const { file, site, run, x } = modelOf(one);
  const { shape, inputAxis } = site;
  const matrix = readFloats(site.source.tensor, site.id);
  const length = shape[inputAxis!]!;
  const columns = sizeOf(shape) / length;
  if (shape.length !== 2 || x.shape.at(-1) !== length) return false;
  const { initializer } = readModel(file).proto.graph!;
  const bias = initializer.filter(({ name }) => name !== site.id).map((each) => readFloats(each, 'bias'))[0];
  const expected = Float32Array.from({ length: (x.data.length / length) * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = bias?.[column] ?? 0;
    for (let k = 0; k < length; k++)
      sum +=
        x.data[row * length + k]! * matrix[inputAxis === 0 ? k * columns + column : column * length + k]!;
    return sum;
  });
  const received = await run(file);
  return expected.length === received.length && decibels(expected, received) > 90;
}

const products = weightSecond.filter(
  ({ operator, sample }) => operator.product && sample.inputs[Object.keys(sample.weights)[0]!]?.length === 2,
);

it.each(products)('$title: is multiplied packed where it is a plain product', async (one) => {
  const { file } = modelOf(one);
  const recipe = { weights: plainMinMax, bits: 4, granularity: 'group:16' } as const;
  const { report } = await quantize(onnx(file, { optimize: 'memory' }), recipe);
  expect(report.weights[0]!.form?.startsWith('MatMulNBits')).toBe(await isProduct(one));
});

const withActivations = weightSecond.filter(({ operator }) => operator.activation);

/** Quantizers whose grids are those of one sample, and of one row or patch. */
const scopes = (['samples', 'patches'] as const).map((scope) => {
  const quantizer: Quantizer = { ...patchGrid, observes: () => scope };
  return { scope, quantizer };
});

describe.each(withActivations)('$title', (one) => {
  const { file, run, x } = modelOf(one);
  const { operator, sample } = one;
  const { node } = operatorModel(operator, sample);
  const { batch, channels } = operator.features!(node, { output: 0, rank: sample.output.length, weight: 1 });
  const [name] = Object.keys(sample.inputs) as [string];
  const middle = x.shape.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  const other = x.data.map((value, at) => (at === middle ? value + 3 : value));
  const changes = async (model: Uint8Array) =>
    changesOf(await run(model), await run(model, { [name]: new ort.Tensor('float32', other, [...x.shape]) }));

  it.each(scopes)(
    'has an input whose $scope are quantized each on their own',
    async ({ scope, quantizer }) => {
      const inFloats = await changes(file);
      const ownSample = placesAlong(sample.output, [batch], inFloats);
      const isTurned = !ownSample.has(`${Math.floor(x.shape[0]! / 2)}`);
      const recipe = { weights: plainMinMax, bits: 8, activations: quantizer, activationBits: 4 };
      const { model, report } = await quantize(onnx(file), recipe);
      expect(report.weights[0]!.storageReason.includes('its input is quantized')).toBe(!isTurned);
      expect(decibels(await run(file), await run(model.bytes))).toBeGreaterThan(15);
      const positions = sample.output.flatMap((_, axis) => (channels.includes(axis) ? [] : [axis]));
      const axes = scope === 'samples' ? [batch] : positions;
      const own = placesAlong(sample.output, axes, inFloats);
      const changed = placesAlong(sample.output, axes, await changes(model.bytes));
      expect([...changed].filter((place) => !own.has(place))).toEqual([]);
    },
  );
});

/** Sums of products, which runtimes fuse; attention is tried in `test/attention-integers.test.ts`. */
const integers = weightSecond.flatMap((one) => {
  const { integer } = one.operator;
  return integer?.becomes.qdq === undefined ? [] : [{ ...one, integer }];
});

const geometryOf = (one: (typeof integers)[number]) => {
  const { node, site } = modelOf(one);
  return one.integer.geometry(node, site.shape);
};

const hasForm = (one: (typeof integers)[number]): boolean => geometryOf(one) !== undefined;

describe.each(integers)('$title', (one) => {
  const { operator, sample, integer } = one;
  const { file, site, run, x } = modelOf(one);
  const { shape, outputAxes, inputAxis } = site;
  const isMatrix = integer.becomes.operators === 'MatMulInteger';

  it('counts what one output position takes', () => {
    const geometry = geometryOf(one);
    expect(geometry === undefined).toBe(isMatrix && shape.length > 2);
    if (geometry === undefined) return;
    const outputs = sizeOf(outputAxes.map((axis) => shape[axis]!));
    const products = sizeOf(shape) / outputs;
    const gathers = products > shape[inputAxis!]!;
    const depthwise = !isMatrix && shape[inputAxis!] === 1 && x.shape[1]! > 1;
    expect(geometry).toMatchObject({ outputs, products, gathers, depthwise });
    expect(geometry.op === 'Conv').toBe(!isMatrix);
    // Values from beside the input, and those at its end that no window takes, are not told apart here.
    const inputs = sizeOf(x.shape) / (sizeOf(sample.output) / outputs);
    expect(Math.max(inputs / geometry.inputs, geometry.inputs / inputs)).toBeLessThan(2);
  });

  it.each(['operators', 'qdq'] as const)('computes in integers where it is named: %s', async (form) => {
    const port = onnx(file, { ort, integers: form, integersFor: ['*'] });
    const calibration = await port.observe!([{ inputs: { [Object.keys(sample.inputs)[0]!]: x } }]);
    const recipe = { weights: minMax(), bits: 8, activations: minMax(), activationBits: 8, calibration };
    const { model, report } = await quantize(port, recipe);
    const fits = hasForm(one);
    expect(report.weights[0]!.form?.startsWith(integer.becomes[form] as string)).toBe(fits);
    expect(decibels(await run(file), await run(model.bytes))).toBeGreaterThan(30);
    if (!fits || form === 'operators') return;
    const operators = operatorsRun(model.bytes, { [Object.keys(sample.inputs)[0]!]: x.shape });
    expect(operators).toContain(integer.becomes.qdq);
    expect(operators).not.toContain(operator.names[0]);
  });
});

it('every operator with an integer form has a sample that becomes it, and of biases one', () => {
  const faster = integers.filter(hasForm);
  for (const { operator, integer } of integers) {
    const own = faster.filter((one) => one.operator === operator);
    expect(own.some(({ sample }) => Object.keys(sample.inputs).length === (integer.takesBias ? 3 : 2))).toBe(
      true,
    );
  }
});
