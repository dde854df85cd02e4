import { quantize, seededRandom } from '@lowbit/core';
import { minMax } from '@lowbit/methods';
import { describe, expect, it } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { inspectModel } from '../src/describe/inspect-model.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { DataType } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';
import { noise, runModel } from './helpers/run-model.js';

const random = seededRandom(1);

interface Case {
  readonly equation: string;
  /** In the order of operands; `x` and `z` are given. */
  readonly operands: Readonly<Record<string, readonly number[]>>;
  readonly output: readonly number[];
  /** Shapes of slices: how many parameters each weight has. */
  readonly weights: Readonly<Record<string, number>>;
}

const cases: readonly Case[] = [
  {
    equation: 'ab,bc,cd->ad',
    operands: { x: [5, 32], w: [32, 40], u: [40, 24] },
    output: [5, 24],
    weights: { w: 40, u: 24 },
  },
  {
    equation: 'bc,ab,cd->ad',
    operands: { w: [32, 40], x: [5, 32], u: [40, 24] },
    output: [5, 24],
    weights: { w: 40, u: 24 },
  },
  {
    equation: 'ab,bc,ac->a',
    operands: { x: [5, 32], w: [32, 40], z: [5, 40] },
    output: [5],
    weights: { w: 40 },
  },
  {
    equation: 'ab,bc,cd,de->ae',
    operands: { x: [5, 32], w: [32, 16], u: [16, 40], v: [40, 24] },
    output: [5, 24],
    weights: { w: 16, u: 40, v: 24 },
  },
];

describe.each(cases)('the constants of $equation', ({ equation, operands, output, weights }) => {
  const isGiven = (name: string) => name === 'x' || name === 'z';
  const given = Object.entries(operands).filter(([name]) => isGiven(name));
  const bytes = buildBytes({
    nodes: [
      makeNode({ op: 'Einsum', inputs: Object.keys(operands), outputs: ['y'], attributes: { equation } }),
    ],
    initializers: Object.entries(operands)
      .filter(([name]) => !isGiven(name))
      .map(([name, dims]) => {
        const length = dims.reduce((product, size) => product * size, 1);
        return makeTensor(
          name,
          DataType.FLOAT,
          dims,
          Float32Array.from({ length }, () => random() - 0.5),
        );
      }),
    inputs: Object.fromEntries(given),
    outputs: { y: output },
  });

  it('are quantized, each along what is left of it', async () => {
    const { model, report } = await quantize(onnx(bytes), { weights: minMax(), bits: 8 });
    const rows = report.weights.map(({ id, slices }) => [id, slices]);
    expect(Object.fromEntries(rows)).toEqual(weights);
    const feeds = Object.fromEntries(given.map(([name, dims]) => [name, noise(dims, seededRandom(7))]));
    const [before, after] = [await runModel(bytes, feeds), await runModel(model.bytes, feeds)];
    const largest = Math.max(...before.get('y')!.map(Math.abs));
    after.get('y')!.forEach((value, at) => {
      expect(Math.abs(value - before.get('y')![at]!) / largest).toBeLessThan(0.02);
    });
  });

  it('are listed', () => {
    const ids = inspectModel(readModel(bytes)).quantizable.map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set(Object.keys(weights)));
  });
});
