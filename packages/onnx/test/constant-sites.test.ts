import { quantize, seededRandom, type Report } from '@lowbit/core';
import { minMax, mse, movingAverage, percentile, ul2q } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx, type IntegerForm } from '../src/index.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';
import { plainAbsmax } from './helpers/plain-quantizers.js';
import { runModel } from './helpers/run-model.js';

const size = 64;
const random = seededRandom(5);
const numbers = (count: number, of = () => 2 * random() - 1) => Float32Array.from({ length: count }, of);
const matrix = (name: string) => makeTensor(name, DataType.FLOAT, [size, size], numbers(size * size));

/** y = x · w + mask · v */
const masked = buildBytes({
  nodes: [
    makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['a'] }),
    makeNode({ op: 'MatMul', inputs: ['mask', 'v'], outputs: ['b'] }),
    makeNode({ op: 'Add', inputs: ['a', 'b'], outputs: ['y'] }),
  ],
  initializers: [matrix('w'), matrix('v')],
  inputs: { x: ['n', size], mask: ['n', size] },
  outputs: { y: ['n', size] },
});

const rows = 16;
const x = numbers(rows * size);
const sometimes = numbers(rows * size, () => (random() < 0.5 ? 0 : 1));
const feed = (data: Float32Array) => new ort.Tensor('float32', data, [rows, size]);

/** Signal to noise in decibels. */
function ratio(exact: Float32Array, near: Float32Array): number {
  const power = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
  return 10 * Math.log10(power(exact) / power(exact.map((value, i) => value - near[i]!)));
}

async function decibels(one: Uint8Array, mask: Float32Array): Promise<number> {
  const feeds = { x: feed(x), mask: feed(mask) };
  const [exact, near] = [await runModel(masked, feeds), await runModel(one, feeds)];
  return ratio(exact.get('y')!, near.get('y')!);
}

const row = (report: Report, id: string) => report.activations!.find((site) => site.id === id)!;
const forms: readonly (IntegerForm | undefined)[] = [undefined, 'operators', 'qdq'];

describe.each([minMax(), percentile(), movingAverage(), mse(), ul2q()])('with $name', (quantizer) => {
  for (const integers of forms)
    for (const [always, value] of [
      ['ones', 1],
      ['zeros', 0],
    ] as const)
      test(`a mask that was always ${always} stays float, with a warning: ${integers ?? 'in floats'}`, async () => {
        const port = onnx(masked, { ort, ...(integers === undefined ? {} : { integers }) });
        const constant = new Float32Array(rows * size).fill(value);
        const shape = [rows, size];
        const batch = { inputs: { x: { shape, data: x }, mask: { shape, data: constant } } };
        const calibration = await port.observe!([batch]);
        const recipe = { weights: plainAbsmax, bits: 8, activations: quantizer, calibration } as const;
        const { model, report } = await quantize(port, {
          ...recipe,
          activationBits: quantizer.name === 'ul2q' ? 6 : 8,
        });
        expect(row(report, 'mask')).toMatchObject({
          float: true,
          formReason: expect.stringContaining(`always ${value}`) as string,
        });
        expect(row(report, 'x')).not.toHaveProperty('float');
        expect(report.warnings).toContainEqual(expect.stringContaining('mask: stays float'));
        const { storageReason } = report.weights.find(({ id }) => id === 'v')!;
        expect(storageReason).toContain('its input stays float: it never changed in the calibration');
        // 8 bits a value lose 35 to 45 dB, μL2Q of 6 bits 25; a mask that is frozen leaves 8.
        expect(await decibels(model.bytes, sometimes)).toBeGreaterThan(22);
      });
});

test('a dead rectifier between integer convolutions stays float, and what it gives later is not lost', async () => {
  const kernel = (name: string, dims: number[]) =>
    makeTensor(name, DataType.FLOAT, dims, numbers(dims.reduce((a, b) => a * b)));
  const pads = { pads: [1, 1, 1, 1], kernel_shape: [3, 3] };
  const bytes = buildBytes({
    nodes: [
      makeNode({ op: 'Conv', inputs: ['x', 'w1'], outputs: ['c1'], attributes: pads }),
      makeNode({ op: 'Relu', inputs: ['c1'], outputs: ['r1'] }),
      makeNode({ op: 'Conv', inputs: ['r1', 'w2'], outputs: ['y'], attributes: pads }),
    ],
    initializers: [
      makeTensor(
        'w1',
        DataType.FLOAT,
        [32, 32, 3, 3],
        numbers(32 * 32 * 9, () => random()),
      ),
      kernel('w2', [32, 32, 3, 3]),
    ],
    inputs: { x: [1, 32, 16, 16] },
    outputs: { y: [1, 32, 16, 16] },
  });
  const shape = [1, 32, 16, 16];
  // So many negative values that every sum is negative, and some positive ones, which are within the range later.
  const negative = numbers(32 * 256, () => (random() < 0.01 ? 0.5 : -random()));
  const positive = negative.map(() => 0.5 * random());
  for (const integers of ['operators', 'qdq'] as const) {
    const port = onnx(bytes, { ort, integers });
    const calibration = await port.observe!([{ inputs: { x: { shape, data: negative } } }]);
    const { model, report } = await quantize(port, {
      weights: plainAbsmax,
      bits: 8,
      activations: minMax(),
      calibration,
    });
    expect(row(report, 'r1')).toMatchObject({ float: true });
    expect(report.weights.map(({ storageReason }) => storageReason).join()).toContain(
      'it never changed in the calibration (always 0)',
    );
    const later = { x: new ort.Tensor('float32', positive, shape) };
    const [exact, near] = [await runModel(bytes, later), await runModel(model.bytes, later)];
    // 8 bits a value lose about 40 dB.
    expect(ratio(exact.get('y')!, near.get('y')!)).toBeGreaterThan(30);
  }
});
