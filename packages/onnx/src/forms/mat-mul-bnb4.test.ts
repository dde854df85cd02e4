import { readFileSync } from 'node:fs';
import { quantize } from '@lowbit/core';
import { nf4 } from '@lowbit/methods';
import { expect, it } from 'vitest';
import { modelBuilder } from '../build.js';
import { onnx } from '../port.js';
import { readModel } from '../read/read-model.js';

interface Golden {
  readonly rows: number;
  readonly columns: number;
  readonly block: number;
  readonly values: number[];
  readonly codes: number[];
  readonly scales: number[];
}

const file = new URL('../../fixtures/normal-floats.json', import.meta.url);
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Golden[];

async function product({ rows, columns, values }: Golden): Promise<Uint8Array> {
  const model = modelBuilder({ opset: 17 });
  const weight = model.constant('w', 'float32', [rows, columns], Float32Array.from(values));
  const result = model.node('MatMul', [model.input('x', 'float32', ['n', rows]), weight]);
  model.output(result, 'float32', ['n', columns], 'y');
  return (await model.write()).bytes;
}

it.each(cases)('packs as onnxruntime does: $rows × $columns in blocks of $block', async (golden) => {
  const { block, codes, scales } = golden;
  const recipe = { weights: nf4(), bits: 4, granularity: `group:${block}` } as const;
  const { model } = await quantize(onnx(await product(golden), { optimize: 'memory' }), recipe);
  const { node = [], initializer = [] } = readModel(model.bytes).proto.graph ?? {};
  expect(node[0]?.opType).toBe('MatMulBnb4');
  const dataOf = (at: number) => initializer.find(({ name }) => name === node[0]?.input[at])?.rawData;
  const written = new Float32Array(new Uint8Array(dataOf(2) as Uint8Array).buffer);
  expect([...written]).toEqual(scales);
  // Where the scale is 0, any code stands for 0.
  const isZero = (at: number) => scales[Math.floor((2 * at) / block)] === 0;
  const told = (bytes: ArrayLike<number>) => Array.from(bytes, (byte, at) => (isZero(at) ? 0 : byte));
  expect(told(dataOf(1) as Uint8Array)).toEqual(told(codes));
});

it('tells why blocks that do not divide a column are not packed', async () => {
  const golden = cases.find(({ block }) => block === 16) as Golden;
  const recipe = { weights: nf4(), bits: 4, granularity: 'group:32' } as const;
  const { report } = await quantize(onnx(await product(golden), { optimize: 'memory' }), recipe);
  expect(report.weights[0]?.storageReason).toContain(
    'MatMulBnb4 takes blocks of 16, 32, 64, 128 or 256 that divide a column, which has 48 values',
  );
});
