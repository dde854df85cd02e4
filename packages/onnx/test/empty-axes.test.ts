import { quantize, seededRandom, type Batch } from '@lowbit/core';
import { minMax, mse } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import type { OrtRuntime } from '../src/observe/ort.js';
import { onnx } from '../src/port.js';
import { DataType } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';
import { noise, runModel } from './helpers/run-model.js';

const random = seededRandom(1);
const matrix = (name: string) =>
  makeTensor(
    name,
    DataType.FLOAT,
    [64, 64],
    Float32Array.from({ length: 64 * 64 }, () => random() - 0.5),
  );
const product = (x: string, w: string, y: string) => makeNode({ op: 'MatMul', inputs: [x, w], outputs: [y] });

/** Keys of the steps before, which may be none, and of this one. */
const model = buildBytes({
  nodes: [
    product('past', 'before', 'p'),
    product('x', 'now', 'n'),
    makeNode({ op: 'Concat', inputs: ['p', 'n'], outputs: ['k'], attributes: { axis: 1 } }),
    product('k', 'all', 'y'),
  ],
  initializers: [matrix('before'), matrix('now'), matrix('all')],
  inputs: { x: [1, 's', 64], past: [1, 'p', 64] },
  outputs: { y: [1, 't', 64] },
});

const sample = (past: number, seed: number): Batch => {
  const next = seededRandom(seed);
  const values = (steps: number) => ({
    shape: [1, steps, 64],
    data: Float32Array.from({ length: steps * 64 }, () => 2 * next() - 1),
  });
  return { inputs: { x: values(2), past: values(past) } };
};

const port = () => onnx(model, { ort: ort as never as OrtRuntime });

describe.each([minMax(), mse()])('calibration of $name', (activations) => {
  const calibrated = async (pasts: readonly number[]) =>
    (await quantize(port(), { weights: minMax(), activations, data: pasts.map(sample) })).report
      .activations ?? [];

  it('with a cache that is empty in some samples sees those that are not', async () => {
    const [some, filled] = [await calibrated([0, 3, 0]), await calibrated([3])];
    const seen = (rows: typeof some) => rows.find(({ id }) => id === 'past')?.fitted?.observed;
    expect(some.filter(({ float }) => float)).toEqual([]);
    expect(seen(some)?.min).toBeLessThan(-0.9);
    expect(seen(filled)?.max).toBeGreaterThan(0.9);
  });

  it('with a cache that is always empty leaves it float, with a warning', async () => {
    const rows = await calibrated([0, 0]);
    expect(rows.find(({ id }) => id === 'past')).toMatchObject({
      float: true,
      formReason: expect.stringContaining('empty in the whole calibration') as string,
      warnings: [expect.stringContaining('no value there') as string],
    });
    expect(rows.filter(({ float }) => float)).toHaveLength(1);
  });
});

it('the result runs with an empty cache and with a full one', async () => {
  const data = [0, 4].map(sample);
  const { model: written } = await quantize(port(), { weights: minMax(), activations: minMax(), data });
  for (const past of [0, 4]) {
    const feeds = { x: noise([1, 2, 64], seededRandom(5)), past: noise([1, past, 64], seededRandom(6)) };
    const [before, after] = [await runModel(model, feeds), await runModel(written.bytes, feeds)];
    after.get('y')!.forEach((value, at) => expect(Math.abs(value - before.get('y')![at]!)).toBeLessThan(0.5));
  }
});
