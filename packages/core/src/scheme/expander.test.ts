import { afterEach, expect, test, vi } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { packTensor, unpackTensor, type PackedTensor } from './container.js';
import { decode } from './decode.js';
import { sizeOf } from './shape.js';
import { sliceLayout } from './slicing.js';
import type { QuantizedTensor, Scheme, Slicing } from './types.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const expander = async (packed: PackedTensor) => (await import('./expander.js')).expander(packed);

/** Schemes of `slices` slices whose levels codes of `bits` bits hold, with parameters of either sign. */
function schemesOf(bits: number, slices: number): readonly Scheme[] {
  const random = seededRandom(bits);
  const floats = (count: number, low = -1) =>
    Float32Array.from({ length: count }, () => low + (1 - low) * random());
  const levels = 2 ** bits;
  return [
    { kind: 'affine', levels, scale: floats(slices, 0) },
    { kind: 'affine', levels: levels - 1, scale: floats(slices, 0), offset: floats(slices) },
    { kind: 'codebook', levels, values: floats(slices * levels).sort() },
    { kind: 'codebook', levels, values: floats(levels).sort(), scale: floats(slices, 0).fill(0, 0, 1) },
    { kind: 'residual', order: bits, scales: floats(slices * bits, 0) },
  ];
}

function tensorsOf(shape: readonly number[], slicing: Slicing, bits: number): QuantizedTensor[] {
  const random = seededRandom(7);
  const schemes = schemesOf(bits, sliceLayout(shape, slicing).count);
  return schemes.map((scheme) => {
    const levels = scheme.kind === 'residual' ? 2 ** scheme.order : scheme.levels;
    const length = sizeOf(shape);
    const codes = bits > 8 ? new Uint16Array(length) : new Uint8Array(length);
    for (let i = 0; i < length; i++) codes[i] = Math.floor(random() * levels);
    return { shape, slicing, bits, codes, scheme, parameterStorage: 'float32' };
  });
}

/** Widths that are no multiples of 4 or 8, rows that are longer than a block, slices along each axis. */
const layouts: readonly (readonly [readonly number[], Slicing])[] = [
  [[3, 3, 5, 7], 'tensor'],
  [[3, 3, 5, 7], { axes: [3] }],
  [[5, 4, 33], { axes: [0] }],
  [[70, 100], { axes: [1] }],
  [[40, 13], { along: 0, group: 16 }],
  [[13, 40], { along: 1, group: 16 }],
  [[2, 9001], 'tensor'],
  [[2, 9001], { axes: [0] }],
  [[2, 5003], { axes: [1] }],
  [[0, 4], 'tensor'],
];

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
  'the values of codes of %i bits are those that decode gives',
  async (bits) => {
    for (const [shape, slicing] of layouts)
      for (const tensor of tensorsOf(shape, slicing, bits)) {
        const packed = packTensor(tensor);
        const wanted = new Uint32Array(decode(unpackTensor(packed)).buffer);
        const into = new Float32Array(wanted.length);
        const expand = await expander(packed);
        for (let time = 0; time < 2; time++) {
          expand(into.fill(NaN));
          const got = new Uint32Array(into.buffer);
          expect(wanted.findIndex((value, i) => value !== got[i])).toBe(-1);
        }
      }
  },
);

test('without WebAssembly too', async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  for (const tensor of tensorsOf([6, 20], { axes: [1] }, 3)) {
    const packed = packTensor(tensor);
    const into = new Float32Array(120);
    (await expander(packed))(into);
    expect(into).toEqual(decode(unpackTensor(packed)));
  }
});

test('damage is told as unpackTensor tells it', async () => {
  const levels = 3;
  const packed = packTensor({
    shape: [5],
    slicing: 'tensor',
    bits: 2,
    codes: Uint8Array.of(0, 1, 2, 1, 0),
    scheme: { kind: 'affine', levels, scale: Float32Array.of(1) },
    parameterStorage: 'float32',
  });
  const damages: PackedTensor[] = [
    { ...packed, codes: Uint8Array.of(0xff, 0) },
    { ...packed, codes: Uint8Array.of(1, 2, 3) },
    { ...packed, parameters: Uint8Array.of(0, 0, 0xc0, 0x7f) },
    { ...packed, parameters: Uint8Array.of(0) },
    { ...packed, header: { ...packed.header, levels: 5 } },
    { ...packed, header: { ...packed.header, bits: 0 } },
  ];
  for (const damaged of damages) {
    const told = thrown(() => unpackTensor(damaged));
    expect(told).toMatchObject({ code: 'packed-data' });
    const { expander } = await import('./expander.js');
    expect(thrown(() => expander(damaged)(new Float32Array(5)))).toEqual(told);
  }
});

function thrown(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
