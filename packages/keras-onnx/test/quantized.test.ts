import { decode, packTensor, quantize, type QuantizedTensor } from '@lowbit/core';
import { keras, readKeras, type KerasModel, type KerasWeight } from '@lowbit/keras';
import { registry } from '@lowbit/keras/register';
import { describe, expect, it } from 'vitest';
import { arrangeFloats, arrangedShape, arrangeTensor } from '../src/graph/arrange.js';
import { toOnnx } from '../src/index.js';
import { goldenOf, kerasCases } from '../../keras/test/cases.js';
import { difference, run, ownCases } from './support.js';

const cases = new Map([...(await kerasCases('keras3')), ...ownCases]);

const fileOf = (name: string) => cases.get(name)!.get('model.keras')!;

/** The model with its packed weights as floats. */
function asFloats(model: KerasModel): KerasModel {
  const plain = (weight: KerasWeight): KerasWeight => ({
    id: weight.id,
    name: weight.name,
    shape: weight.shape,
    storedType: weight.storedType,
    read: () => weight.read(),
  });
  const layers = (list: KerasModel['network']['layers']): KerasModel['network']['layers'] =>
    list.map((layer) => ({
      ...layer,
      weights: layer.weights.map(plain),
      parts: Object.fromEntries(
        Object.entries(layer.parts).map(([name, part]) => [name, layers([part])[0]!]),
      ),
    }));
  const { network } = model;
  const all = new Map(network.layers.map((layer, i) => [layer, layers(network.layers)[i]!]));
  const calls = network.calls.map((call) => ({ ...call, layer: all.get(call.layer)! }));
  return { ...model, network: { ...network, layers: [...all.values()], calls } };
}

describe('a quantized tensor in another order has the same numbers', () => {
  const codes = (count: number, levels: number) =>
    Uint8Array.from({ length: count }, (_, i) => (i * 7) % levels);
  const numbers = (count: number) => Float32Array.from({ length: count }, (_, i) => 0.1 + ((i * 13) % 17));
  const shape = [4, 3, 6];
  const affine = (slicing: QuantizedTensor['slicing'], slices: number): QuantizedTensor => ({
    shape,
    slicing,
    bits: 4,
    codes: codes(72, 16),
    scheme: { kind: 'affine', levels: 16, scale: numbers(slices), offset: numbers(slices).map(Math.sin) },
    parameterStorage: 'float32',
  });
  const sorted = (slices: number) => Float32Array.from({ length: 4 * slices }, (_, i) => i + (i % 3) / 10);
  const tensors: readonly (readonly [string, QuantizedTensor])[] = [
    ['one grid', affine('tensor', 1)],
    ['a grid for each index of an axis', affine({ axes: [1] }, 3)],
    ['a grid for each pair of indices', affine({ axes: [0, 2] }, 24)],
    ['groups', affine({ along: 0, group: 2 }, 36)],
    ['short groups', affine({ along: 2, group: 4 }, 24)],
    [
      'codebooks',
      {
        ...affine({ axes: [2] }, 6),
        codes: codes(72, 4),
        scheme: { kind: 'codebook', levels: 4, values: sorted(6) },
      },
    ],
    [
      'a shared codebook',
      {
        ...affine({ axes: [2] }, 6),
        codes: codes(72, 4),
        scheme: { kind: 'codebook', levels: 4, values: sorted(1), scale: numbers(6) },
      },
    ],
    [
      'signs',
      {
        ...affine({ axes: [0, 1] }, 12),
        codes: codes(72, 4),
        scheme: { kind: 'residual', order: 2, scales: numbers(24) },
      },
    ],
  ];
  const arrangements = [
    { axes: [2, 0, 1] },
    { axes: [1, 2, 0], blocks: { axis: 1, order: [2, 0, 1] } },
    { axes: [2, 1, 0], blocks: { axis: 2, order: [1, 0] } },
  ];
  it.each(tensors)('%s', (_, tensor) => {
    for (const arrangement of arrangements) {
      const arranged = arrangeTensor(tensor, arrangement);
      // Groups of four would be torn apart by blocks of two.
      if (arranged === undefined) {
        expect(tensor.slicing).toEqual({ along: 2, group: 4 });
        continue;
      }
      expect(arranged.shape).toEqual(arrangedShape(shape, arrangement));
      expect(decode(arranged)).toEqual(arrangeFloats(decode(tensor), shape, arrangement));
    }
  });
});

describe.each(['speed', 'memory'] as const)('packed weights, for %s', (optimize) => {
  it.each([
    ['conv2d', 'min-max', 4],
    ['conv2d_grouped', 'ul2q', 3],
    ['depthwise_conv2d', 'min-max', 8],
    ['separable_conv2d', 'slq', 4],
    ['conv2d_transpose', 'min-max', 4],
    ['dense_of_sequence', 'mlq', 2],
    ['embedding', 'min-max', 4],
    ['einsum_dense', 'min-max', 4],
    ['multi_head_attention', 'ul2q', 4],
    ['conv_lstm2d', 'min-max', 4],
    ['lstm', 'min-max', 8],
    ['bidirectional_gru', 'slq', 4],
    ['residual_3', 'min-max', 4],
    ['large_text_3', 'min-max', 8],
    ['large_text_3', 'slq', 4],
    ['large_pictures_3', 'min-max', 8],
    ['large_pictures_3', 'ul2q', 4],
  ])('%s by %s at %i bits', async (name, weights, bits) => {
    const { model } = await quantize(keras(fileOf(name)), { registry, weights, bits });
    const golden = goldenOf(cases.get(name)!);
    const { bytes, storage } = await toOnnx(model, { optimize });
    const plain = await toOnnx(asFloats(model));
    const packed = model.weights.filter((weight) => weight.packed !== undefined);
    expect(packed.length).toBeGreaterThan(0);
    expect(storage).toHaveLength(packed.length);
    // Small weights would take more bytes packed.
    if (name.startsWith('large')) expect(storage.filter(({ form }) => form === 'float')).toEqual([]);
    const expected = await run(plain.bytes, model, golden);
    const results = await run(bytes, model, golden);
    const worst = results.map((result, i) => difference(result, expected[i]!.data as Float32Array));
    // Sums of products in another order.
    expect(Math.max(...worst)).toBeLessThan(2e-6);
  });
});

it('weights that gain nothing are those of before where they are given', async () => {
  const before = await readKeras(fileOf('dense'));
  const { model } = await quantize(keras(before), { registry, bits: 2 });
  const golden = goldenOf(cases.get('dense')!);
  const plain = await toOnnx(model);
  expect(plain.storage.filter(({ float }) => float)).toEqual([]);
  expect(plain.storage.some(({ reason }) => reason.includes('of its codes'))).toBe(true);
  const { bytes, storage } = await toOnnx(model, { original: before });
  expect(storage.map(({ id }) => id)).toEqual(plain.storage.map(({ id }) => id));
  // Here nothing gains, so that the file is that of before.
  expect(storage.filter(({ reason, float }) => float && reason.includes('left as it was'))).toEqual(storage);
  const results = await run(bytes, model, golden);
  const expected = await run((await toOnnx(before)).bytes, before, golden);
  results.forEach(({ data }, i) => expect(data).toEqual(expected[i]!.data));
  before.close();
});

it('weights whose groups another order tears apart are floats, which is told', async () => {
  const before = await readKeras(fileOf('lstm'));
  const isKernel = ({ name }: KerasWeight) => name === 'kernel';
  const packed = (weight: KerasWeight): KerasWeight => {
    if (!isKernel(weight)) return weight;
    const [rows, columns] = weight.shape as [number, number];
    const slices = rows * Math.ceil(columns / 3);
    const scale = new Float32Array(slices).fill(0.1);
    const tensor: QuantizedTensor = {
      shape: weight.shape,
      slicing: { along: 1, group: 3 },
      bits: 4,
      codes: new Uint8Array(rows * columns).fill(7),
      scheme: { kind: 'affine', levels: 16, scale, offset: new Float32Array(slices) },
      parameterStorage: 'float32',
    };
    return { ...weight, packed: packTensor(tensor) };
  };
  const layers = new Map(
    before.network.layers.map((each) => [each, { ...each, weights: each.weights.map(packed) }]),
  );
  const calls = before.network.calls.map((call) => ({ ...call, layer: layers.get(call.layer)! }));
  const network = { ...before.network, layers: [...layers.values()], calls };
  const model = { ...before, network, weights: before.weights.map(packed) };
  const kernels = before.weights.filter(isKernel).length;
  const torn = (await toOnnx(model)).storage;
  expect(torn.map(({ reason }) => reason)).toEqual(
    Array<unknown>(kernels).fill(expect.stringMatching(/of its codes.*torn apart/)),
  );
  const left = await toOnnx(model, { original: before });
  expect(left.storage.map(({ float }) => float)).toEqual(Array(kernels).fill(true));
  expect(left.bytes).toEqual((await toOnnx(before)).bytes);
  before.close();
});
