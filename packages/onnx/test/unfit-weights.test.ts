import { quantize, seededRandom } from '@lowbit/core';
import { dynamic, minMax } from '@lowbit/methods';
import { describe, expect, it } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import type { OnnxOptions } from '../src/onnx-options.js';
import { onnx } from '../src/port.js';
import { DataType } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';
import { noise, runModel } from './helpers/run-model.js';

const random = seededRandom(1);
const matrix = (name: string, more?: number) =>
  makeTensor(
    name,
    DataType.FLOAT,
    [64, 64],
    Float32Array.from({ length: 64 * 64 }, (_, at) =>
      at % 65 === 0 && more !== undefined ? more : random() - 0.5,
    ),
  );

/** A table of masks, whose rows are taken; a product with a good weight; one with a weight that is broken. */
const model = (value: number) =>
  buildBytes({
    nodes: [
      makeNode({ op: 'Gather', inputs: ['masks', 'at'], outputs: ['mask'] }),
      makeNode({ op: 'MatMul', inputs: ['x', 'good'], outputs: ['t'] }),
      makeNode({ op: 'Add', inputs: ['t', 'mask'], outputs: ['u'] }),
      makeNode({ op: 'Softmax', inputs: ['u'], outputs: ['y'] }),
      makeNode({ op: 'MatMul', inputs: ['y', 'bad'], outputs: ['z'] }),
    ],
    initializers: [matrix('masks', value), matrix('good'), matrix('bad', value)],
    inputs: { x: [2, 64], at: [2] },
    types: { at: DataType.INT64 },
    outputs: { y: [2, 64], z: [2, 64] },
  });

describe.each([-Infinity, NaN, -3.4028234663852886e38])('weights that hold %d stay float', (value) => {
  it.each<[string, OnnxOptions, object]>([
    ['for speed', {}, {}],
    ['for memory', { optimize: 'memory' }, { bits: 4, granularity: 'group:32' }],
    ['in integers', { integers: 'operators' }, { activations: dynamic() }],
  ])('%s', async (_, options, recipe) => {
    const bytes = model(value);
    const written = await quantize(onnx(bytes, options), { weights: minMax(), ...recipe });
    const { report } = written;
    expect(report.weights.map(({ id }) => id)).toEqual(['good']);
    expect(report.skipped.map(({ subject }) => subject)).toEqual(expect.arrayContaining(['masks', 'bad']));
    expect(report.warnings.filter((one) => one.includes(String(value)))).toHaveLength(2);
    const { Tensor } = await import('onnxruntime-web');
    const feeds = { x: noise([2, 64], seededRandom(2)), at: new Tensor('int64', [3n, 60n], [2]) };
    const [before, after] = [await runModel(bytes, feeds), await runModel(written.model.bytes, feeds)];
    after.get('y')!.forEach((one, at) => {
      const wanted = before.get('y')![at]!;
      if (Number.isNaN(wanted)) expect(one).toBeNaN();
      else expect(Math.abs(one - wanted)).toBeLessThan(0.02);
    });
  });
});
