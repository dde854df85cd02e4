import { quantize, seededRandom } from '@lowbit/core';
import { expect, test } from 'vitest';
import { onnx, sessionOptions } from '../src/index.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';
import { operatorsRun } from './helpers/operators-run.js';
import { plainMinMax } from './helpers/plain-min-max.js';

const random = seededRandom(3);
const values = Float32Array.from({ length: 64 * 64 * 9 }, () => 2 * random() - 1);
const bytes = buildBytes(
  {
    nodes: [makeNode({ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] })],
    initializers: [makeTensor('w', DataType.FLOAT, [64, 64, 3, 3], values)],
    inputs: { x: [1, 64, 8, 8] },
    outputs: { y: [1, 64, 6, 6] },
  },
  { opset: 21, ir: 10 },
);

test.each([
  ['speed', false, 0],
  ['memory', false, 1],
  ['memory', true, 0],
] as const)(
  'a file for %s, unpacked: %s, decodes %i weights on every run',
  async (optimize, unpack, times) => {
    const { model, report } = await quantize(onnx(bytes, { optimize }), { weights: plainMinMax, bits: 4 });
    const run = operatorsRun(model.bytes, { x: [1, 64, 8, 8] }, sessionOptions(report, { unpack }));
    expect(run.filter((op) => op === 'DequantizeLinear').length).toBe(times);
    expect(run.filter((op) => ['Cast', 'Mul', 'Add', 'BitwiseAnd', 'BitShift'].includes(op))).toEqual([]);
  },
);
