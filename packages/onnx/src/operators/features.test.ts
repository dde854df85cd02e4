import { sizeOf } from '@lowbit/core/adapter';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { operatorModel, withoutBias } from '../../test/helpers/operator-model.js';
import { operatorSamples, runningSamples, type TitledSample } from '../../test/helpers/operator-samples.js';
import { changesOf, placesAlong } from '../../test/helpers/outputs.js';
import { runModel } from '../../test/helpers/run-model.js';
import { describeModel } from '../describe/describe-model.js';
import type { WeightSite } from '../describe/weight-site.js';
import { makeTensor } from '../graph/make-tensor.js';
import { readFloats } from '../model/tensor-data.js';
import { readModel } from '../read/read-model.js';
import { DataType, type TensorProto } from '../schema/proto.js';

/** The model of a sample, and how it is run. */
function modelOf({ operator, sample }: Pick<TitledSample, 'operator' | 'sample'>) {
  const model = operatorModel(operator, sample);
  const { node, weights, bytes } = model;
  const rank = sample.output.length;
  const weight = node.input.findIndex((name) => weights.has(name));
  const features = operator.features?.(node, { output: 0, rank, weight }) ?? {
    batch: 0,
    channels: [rank - 1],
  };
  const run = async (feeds: Record<string, ort.Tensor>, own?: ReadonlyMap<string, TensorProto>) =>
    (await runModel(bytes(own), feeds)).get('y') as Float32Array;
  return { ...model, features, run };
}

describe.each(runningSamples)('$title', ({ operator, sample }) => {
  const { feeds, features, run } = modelOf({ operator, sample });

  it('has what one value of the input changes at one index of the axis of samples', async () => {
    const changed = changesOf(await run(feeds()), await run(withOther(feeds())));
    expect(placesAlong(sample.output, [features.batch], changed).size).toBe(1);
  });
});

const withFeatures = runningSamples.filter(({ operator }) => operator.features !== undefined);

describe.each(withFeatures)('$title', ({ operator, sample }) => {
  const { bytes, feeds, weights, features, run } = modelOf({ operator, sample });
  const [site] = describeModel(readModel(bytes())).sites as [WeightSite];

  it('has what one weight changes at one index of the axes of channels', async () => {
    const [first, ...others] = [...weights.values()] as [TensorProto, ...TensorProto[]];
    const zeros = others.map((each) => changedTensor(each, () => 0));
    const outputs = async (tensor: TensorProto) =>
      run(feeds(), new Map([tensor, ...zeros].map((each) => [each.name, each])));
    const before = await outputs(first);
    const placesOf = async (place: number) => {
      const other = changedTensor(first, (value, at) => (at === place ? value + 8 : value));
      return [...placesAlong(sample.output, features.channels, changesOf(before, await outputs(other)))];
    };
    const [one, last] = [await placesOf(0), await placesOf(lastChannel(site))];
    expect([one.length, last.length]).toEqual([1, 1]);
    expect(one).not.toEqual(last);
  });
});

/** The place of a weight of the last channel, with all other indices 0. */
function lastChannel({ shape, kernel, outputAxes, inputAxis }: WeightSite): number {
  const own = kernel === 'embedding' ? [inputAxis!] : outputAxes;
  return shape.reduce((at, size, axis) => at * size + (own.includes(axis) ? size - 1 : 0), 0);
}

it.each(operatorSamples)('$title: counts the products of an output value', ({ operator, sample }) => {
  const { sites } = describeModel(readModel(operatorModel(operator, sample).bytes()));
  for (const site of sites) {
    const { shape, outputAxes, source } = site;
    const outputs = sizeOf(outputAxes.map((axis) => shape[axis]!));
    const products = operator.products?.({ ...site, dims: source.tensor.dims.map(Number) });
    expect([sizeOf(shape) / outputs, undefined]).toContain(products);
  }
});

const linear = runningSamples.flatMap((one) => {
  const { node, weights } = operatorModel(one.operator, one.sample);
  const weight = weights.get(node.input[1] ?? '');
  const facts = weight && one.operator.linear?.(weight.dims.map(Number), node);
  return facts === undefined ? [] : [{ ...one, facts }];
});

describe.each(linear)('$title', ({ operator, sample, facts }) => {
  const channelAxis = sample.output.length + facts.channelAxis;

  it('takes a bias, one value a channel, if it says so', async () => {
    const biased = { ...sample, inputs: { ...sample.inputs, bias: [facts.channels] } };
    const { feeds, run } = modelOf({ operator, sample: biased });
    if (facts.takesBias) {
      const changed = changesOf(await run(feeds()), await run(withOther(feeds(), 'bias')));
      expect(placesAlong(sample.output, [channelAxis], changed).size).toBe(1);
    } else await expect(run(feeds())).rejects.toThrow();
  });

  it('sums values from beside its input if it says so', async () => {
    const { feeds, run } = modelOf({ operator, sample });
    const [[name, { dims }]] = Object.entries(feeds()) as [[string, ort.Tensor]];
    const ones = new ort.Tensor('float32', new Float32Array(sizeOf(dims)).fill(1), dims);
    const sums = await run({ ...withoutBias(feeds()), [name]: ones });
    const others = sample.output.flatMap((_, axis) => (axis === channelAxis ? [] : [axis]));
    const places = sample.output.map((size, axis) => (others.includes(axis) ? Math.floor(size / 2) : 0));
    const strides = sample.output.map((_, axis) => sizeOf(sample.output.slice(axis + 1)));
    const middle = (at: number) =>
      strides.reduce((sum, stride, axis) => {
        const index = Math.floor(at / stride) % sample.output[axis]!;
        return sum + stride * (axis === channelAxis ? index : places[axis]!);
      }, 0);
    const isSame = sums.every((value, at) => Math.abs(value - sums[middle(at)]!) < 1e-4);
    expect(isSame).toBe(!facts.pads);
    expect(facts.rank ?? sample.output.length).toBe(sample.output.length);
  });
});

/** What is fed, with another value in the middle of one input, the first if none is named. */
function withOther(feeds: Record<string, ort.Tensor>, name = Object.keys(feeds)[0]!) {
  const { data, dims, type } = feeds[name]!;
  const middle = dims.reduce((at, size) => at * size + Math.floor(size / 2), 0);
  if (type === 'float32') {
    const values = Float32Array.from(data as Float32Array, (value, at) =>
      at === middle ? value + 3 : value,
    );
    return { ...feeds, [name]: new ort.Tensor(type, values, dims) };
  }
  const numbers = Array.from(data as BigInt64Array | Int32Array, Number);
  numbers[middle] = (numbers[middle]! + 1) % 16;
  const values = type === 'int64' ? BigInt64Array.from(numbers, BigInt) : Int32Array.from(numbers);
  return { ...feeds, [name]: new ort.Tensor(type as 'int64', values as BigInt64Array, dims) };
}

function changedTensor(tensor: TensorProto, change: (value: number, at: number) => number): TensorProto {
  const values = readFloats(tensor, tensor.name).map(change);
  return makeTensor(tensor.name, DataType.FLOAT, tensor.dims.map(Number), values);
}
