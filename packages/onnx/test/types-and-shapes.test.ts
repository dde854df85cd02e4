import { decode, type QuantizedTensor } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { rewriteModel } from '../src/forms/rewrite-model.js';
import { DataType } from '../src/schema/proto.js';
import type { Optimize } from '../src/target/target.js';
import { writeModel } from '../src/model/write-model.js';
import { runModel } from './helpers/run-model.js';
import { sampleTensor, type GridKind } from './helpers/sample-tensor.js';
import { weightsModel } from './helpers/weights-model.js';

const version = { opset: 17, ir: 8, kind: 'initializer' } as const;
const kinds: readonly GridKind[] = ['zero-point', 'offset', 'symmetric', 'codebook', 'residual'];

async function largestError(
  tensors: ReadonlyMap<string, QuantizedTensor>,
  optimize: Optimize,
  type: DataType,
  dims?: readonly number[],
): Promise<number> {
  const { model, sites } = weightsModel(tensors, version, type, dims);
  const notes = rewriteModel(model, sites, tensors, { optimize });
  expect(notes.map(({ form }) => form)).not.toContain('float');
  const outputs = await runModel(writeModel(model));
  const errors = [...tensors].flatMap(([id, tensor]) => {
    const actual = outputs.get(`y_${id}`) as Float32Array;
    return Array.from(
      decode(tensor),
      (value, i) => Math.abs(value - (actual[i] as number)) / Math.max(1, Math.abs(value)),
    );
  });
  return errors.reduce((most, error) => Math.max(most, error), 0);
}

const samples = (storage: 'float32' | 'float16') =>
  new Map(kinds.map((kind) => [kind, sampleTensor([30, 50], { axes: [0] }, 3, kind, storage)]));

describe.each<Optimize>(['speed', 'memory'])('for %s', (optimize) => {
  test.each([
    ['FLOAT16', DataType.FLOAT16, 2 ** -11],
    ['BFLOAT16', DataType.BFLOAT16, 2 ** -8],
    ['DOUBLE', DataType.DOUBLE, 2 ** -22],
  ])('a %s weight stays of its type', async (_, type, rounding) => {
    expect(await largestError(samples('float32'), optimize, type)).toBeLessThanOrEqual(rounding);
  });

  test('parameters can be stored as float16', async () => {
    expect(await largestError(samples('float16'), optimize, DataType.FLOAT)).toBeLessThanOrEqual(2 ** -22);
  });

  test('a weight that was described in another shape gets its own back', async () => {
    const error = await largestError(samples('float32'), optimize, DataType.FLOAT, [5, 6, 50]);
    expect(error).toBeLessThanOrEqual(2 ** -22);
  });
});
