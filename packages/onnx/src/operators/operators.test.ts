import { quantize } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import { describe, expect, it } from 'vitest';
import { buildModel, counting } from '../../test/helpers/build-model.js';
import { operatorModel, withoutBias } from '../../test/helpers/operator-model.js';
import { plainMinMax } from '../../test/helpers/plain-min-max.js';
import { operatorSamples, runningSamples } from '../../test/helpers/operator-samples.js';
import { decibels, indexAlong } from '../../test/helpers/outputs.js';
import { runModel } from '../../test/helpers/run-model.js';
import { describeModel } from '../describe/describe-model.js';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { readFloats } from '../model/tensor-data.js';
import { onnx } from '../port.js';
import { readModel } from '../read/read-model.js';
import { DataType, type TensorProto } from '../schema/proto.js';
import { type LinearShape, vector } from './operator.js';
import { operatorOf, operators } from './operators.js';

it('has a sample of every operator', () => {
  for (const { names, samples } of operators)
    expect(names.filter((name) => samples.every((sample) => (sample.name ?? names[0]) !== name))).toEqual([]);
});

describe.each(operatorSamples)('$title', ({ operator, sample }) => {
  const { node, weights, bytes } = operatorModel(operator, sample);
  const { layers, sites } = describeModel(readModel(bytes()));

  it('tells the axes of its weights, and who uses them', () => {
    expect(operatorOf(node)).toBe(operator);
    expect(sites.length).toBe(weights.size);
    for (const [id, view] of Object.entries(sample.weights)) {
      const input = node.input.indexOf(id);
      const kernel = operator.roles(node).find((role) => role.input === input)?.kernel;
      const expected = {
        id,
        kernel,
        shape: sample.inputs[id],
        ...view,
        uses: [{ input, type: DataType.FLOAT, direct: true }],
      };
      expect(sites.find((site) => site.id === id)).toMatchObject(expected);
    }
    expect(layers.map(({ weights, skipped }) => [weights, skipped])).toEqual([[sites, []]]);
  });

  it('has as many features as output channels, along axes of its output', () => {
    const rank = sample.output.length;
    const place = { output: 0, rank, weight: node.input.findIndex((name) => weights.has(name)) };
    const { batch, channels } = operator.features?.(node, place) ?? { batch: 0, channels: [rank - 1] };
    const axes = [batch, ...channels];
    expect(axes.filter((axis) => axis < 0 || axis >= rank)).toEqual([]);
    expect(new Set(axes).size).toBe(axes.length);
    const { shape, outputAxes, inputAxis } = sites[0]!;
    const own = sites[0]!.kernel === 'embedding' ? [inputAxis!] : outputAxes;
    const sizes = (of: readonly number[], at: readonly number[]) => sizeOf(at.map((axis) => of[axis]!));
    expect(sizes(shape, own) % sizes(sample.output, channels)).toBe(0);
  });
});

describe.each(runningSamples)('$title', ({ operator, sample }) => {
  const { weights, bytes, feeds } = operatorModel(operator, sample);

  it.each(['speed', 'memory'] as const)('computes nearly the same with 8 bits, for %s', async (optimize) => {
    const expected = (await runModel(bytes(), feeds())).get('y') as Float32Array;
    expect(expected.length).toBe(sizeOf(sample.output));
    for (const granularity of ['channel', 'group:16'] as const) {
      const port = onnx(bytes(), { optimize });
      const { model, report } = await quantize(port, { weights: plainMinMax, bits: 8, granularity });
      expect(report.weights.map(({ id, form }) => [id, form === 'float'])).toEqual(
        [...weights.keys()].map((id) => [id, false]),
      );
      const actual = (await runModel(model.bytes, feeds())).get('y') as Float32Array;
      expect(decibels(expected, actual)).toBeGreaterThan(28);
    }
  });
});

const weighing = operatorSamples.flatMap((one) => {
  const { node, weights } = operatorModel(one.operator, one.sample);
  const weight = weights.get(node.input[1] ?? '');
  const facts = weight && one.operator.linear?.(weight.dims.map(Number), node);
  return facts === undefined ? [] : [{ ...one, weight: weight as TensorProto, facts }];
});

describe.each(weighing)('$title', ({ operator, sample, weight, facts }) => {
  it('gives weighted sums of the weights that it gives to a channel', async () => {
    const { bytes, feeds } = operatorModel(operator, sample);
    const run = async (weights?: ReadonlyMap<string, TensorProto>) =>
      (await runModel(bytes(weights), withoutBias(feeds()))).get('y') as Float32Array;
    const dims = weight.dims.map(Number);
    const [one, other] = [0, facts.channels - 1];
    const doubled = timesTwo(weight, dims, facts, [one, other]);
    const [before, after] = [await run(), await run(new Map([[weight.name, doubled]]))];
    const channelOf = indexAlong(sample.output, sample.output.length + facts.channelAxis);
    const factor = (at: number) => ([one, other].includes(channelOf(at)) ? 2 : 1);
    const wrong = before.filter((value, at) => Math.abs(after[at]! - factor(at) * value) > 1e-5);
    expect(wrong.length).toBe(0);
  });
});

/** The weights with those of some channels doubled. */
function timesTwo(
  weight: TensorProto,
  dims: readonly number[],
  { runs }: LinearShape,
  channels: number[],
): TensorProto {
  const values = readFloats(weight, weight.name).map((value, at) => {
    const channel = runs.channelOf(Math.floor(at / runs.length)) + runs.step * (at % runs.length);
    return channels.includes(channel) ? 2 * value : value;
  });
  return makeTensor(weight.name, DataType.FLOAT, dims, values);
}

it('does not take a vector for a weight', () => {
  const { layers } = describeModel(
    buildModel({
      nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] })],
      initializers: [counting('w', [4])],
      inputs: { x: [2, 4] },
      outputs: { y: [2] },
    }),
  );
  expect(layers[0]?.skipped).toEqual([{ subject: 'w', reason: vector }]);
});
