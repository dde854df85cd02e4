import { expect, test } from 'vitest';
import { coarse, layerOf, memoryPort, weightOf, type MemoryModel } from '../../test/memory-port.js';
import { registry } from '../contract/registry.js';
import { LowbitError } from '../errors/error.js';
import { quantize } from './quantize.js';
import { withoutUnfit } from './without-unfit.js';

const shape = [40, 64];
const values = Float32Array.from({ length: 2560 }, (_, i) => Math.sin(i ** 2));
const broken = (value: number) => ({ shape, values: values.map((own, at) => (at === 37 ? value : own)) });
/** The rows of a Fourier transform. */
const waves = Float32Array.from({ length: 2560 }, (_, i) => {
  const [row, tap] = [Math.floor(i / 64), i % 64];
  return row % 2 === 0 ? Math.cos((Math.PI * row * tap) / 64) : Math.sin((Math.PI * (row + 1) * tap) / 64);
});

const model: MemoryModel = {
  first: { shape, values },
  nan: broken(NaN),
  mask: broken(-Infinity),
  nearly: broken(-3.4e38),
  waves: { shape, values: waves },
};

const layersOf = (given: MemoryModel) =>
  Object.keys(given).map((id, depth) => {
    const layer = layerOf(given, id, depth);
    return { ...layer, weights: [{ ...weightOf(given, id), inputAxis: 1 }] };
  });

const possible = {
  quantizable: [...Object.keys(model), 'elsewhere'].map((id) => ({ id, op: 'Dense', bytes: 10 })),
  quantizableBytes: 60,
  skipped: [{ op: 'Add', reason: 'a bias', count: 2, subjects: ['a', 'b'] }],
};

test('weights that quantize leaves float for their values are told with its reasons', async () => {
  const layers = layersOf(model);
  const told = await withoutUnfit(possible, layers);
  expect(told.quantizable.map(({ id }) => id)).toEqual(['first', 'elsewhere']);
  expect(told.quantizableBytes).toBe(20);
  expect(told.skipped.map(({ subjects }) => subjects)).toEqual([
    ['nan'],
    ['mask'],
    ['nearly'],
    ['waves'],
    ['a', 'b'],
  ]);
  const { plan } = await quantize(memoryPort(model, layers), { registry: registry([coarse()]) });
  const left = plan.weights.flatMap(({ id, bits, reason }) =>
    bits === 'float' ? [[id, reason] as const] : [],
  );
  expect(left.map(([id]) => id)).toEqual(['nan', 'mask', 'nearly', 'waves']);
  for (const [i, [id, reason]] of left.entries())
    expect(told.skipped[i]?.reason).toBe(id === 'waves' ? reason : `${id} ${reason}`);
});

test('weights that cannot be read are not judged, and what else fails is thrown', async () => {
  const failing = (error: Error) => {
    const read = () => Promise.reject(error);
    return [{ ...layerOf(model, 'first', 0), weights: [{ ...weightOf(model, 'first'), read }] }];
  };
  const missing = new LowbitError({
    code: 'file-missing',
    where: 'first',
    expected: 'a file',
    received: 'none',
  });
  expect((await withoutUnfit(possible, failing(missing))).quantizable).toEqual(possible.quantizable);
  await expect(withoutUnfit(possible, failing(new TypeError('odd')))).rejects.toThrow('odd');
});
