import { quantize, seededRandom } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { buildBytes } from './helpers/build-model.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { noise, runModel } from './helpers/run-model.js';

const columns = 24;

/** y = x · W, z = x · W again; with `sum`, y = W + W too, which needs the floats. */
function matMulModel(rows: number, sum = false): Uint8Array {
  const random = seededRandom(rows);
  const values = Float32Array.from({ length: rows * columns }, () => 2 * random() - 1);
  const product = (y: string) =>
    makeNode({ op: 'MatMul', name: `to ${y}`, inputs: ['x', 'w'], outputs: [y] });
  const added = makeNode({ op: 'Add', inputs: ['w', 'w'], outputs: ['sum'] });
  return buildBytes(
    {
      nodes: [product('y'), product('z'), ...(sum ? [added] : [])],
      initializers: [makeTensor('w', DataType.FLOAT, [rows, columns], values)],
      inputs: { x: [3, rows] },
      outputs: { y: [3, columns], z: [3, columns], ...(sum ? { sum: [rows, columns] } : {}) },
    },
    { opset: 13 },
  );
}

async function quantized(bytes: Uint8Array, bits: number, group: number, optimize: 'speed' | 'memory') {
  const recipe = { weights: plainMinMax, bits, granularity: `group:${group}` } as const;
  const { model, report } = await quantize(onnx(bytes, { optimize }), recipe);
  return { bytes: model.bytes, row: report.weights[0]! };
}

describe('MatMulNBits', () => {
  const cases = [2, 4, 8].flatMap((bits) => [
    { bits, rows: 256, group: 16 },
    { bits, rows: 256, group: 32 },
    { bits, rows: 512, group: 64 },
    { bits, rows: 512, group: 128 },
    { bits, rows: 512, group: 256 },
  ]);
  test.each([...cases, { bits: 4, rows: 80, group: 32 }])(
    '$bits bits, $rows rows in groups of $group',
    async (given) => {
      const bytes = matMulModel(given.rows);
      const memory = await quantized(bytes, given.bits, given.group, 'memory');
      const speed = await quantized(bytes, given.bits, given.group, 'speed');
      expect(memory.row.form).toBe('MatMulNBits');
      const feeds = { x: noise([3, given.rows], seededRandom(3)) };
      const [packed, folded] = [await runModel(memory.bytes, feeds), await runModel(speed.bytes, feeds)];
      for (const name of ['y', 'z']) {
        packed.get(name)!.forEach((value, i) => expect(value).toBeCloseTo(folded.get(name)![i]!, 3));
      }
    },
  );

  test('takes the place of its MatMul', async () => {
    const { bytes, row } = await quantized(matMulModel(256), 4, 32, 'memory');
    const { proto, domains } = readModel(bytes);
    expect(proto.graph!.node.map(({ opType, name }) => [opType, name])).toEqual([
      ['MatMulNBits', 'to y'],
      ['MatMulNBits', 'to z'],
    ]);
    expect(domains.get('com.microsoft')).toBe(1);
    expect(row.sizes.memory).toBe((256 * columns) / 2 + 4 * 8 * columns + 4 * columns);
  });

  test.each([
    ['rows that are no multiple of the group', matMulModel(80), 8, 32, 'would of 16 (granularity group:16)'],
    ['groups that are no power of two', matMulModel(96), 4, 24, 'would of 32 (granularity group:32)'],
    ['a width that it does not have', matMulModel(256), 3, 32, 'no 3 bits here, but would take 4'],
    [
      'a weight that something else needs as floats',
      matMulModel(256, true),
      4,
      32,
      'this matrix is taken otherwise too; it would stay packed with granularity channel',
    ],
  ])('is not used for %s', async (_, bytes, bits, group, why) => {
    const { bytes: written, row } = await quantized(bytes, bits, group, 'memory');
    expect(row.form).not.toBe('MatMulNBits');
    expect(row.storageReason).toContain(why);
    expect(row.storageReason.includes('opset')).toBe(why.includes('opset'));
    expect(readModel(written).domains.has('com.microsoft')).toBe(false);
  });
});
