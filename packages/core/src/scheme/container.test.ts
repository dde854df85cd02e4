import { expect, test } from 'vitest';
import { packTensor, unpackTensor } from './container.js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import { tensorDefect } from './tensor-defect.js';
import type { QuantizedTensor, SliceParameters, Slicing } from './types.js';

const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
const grid = (zeroPoint: number, scale = 0.25): SliceParameters => ({
  kind: 'affine',
  levels: 16,
  scale,
  offset: -zeroPoint * scale,
});
const encoded = (fit: (slice: number) => SliceParameters) =>
  encode(values, [8, 8], { axes: [0] }, { bits: 4, fit: (_, slice) => fit(slice) });

test('a zero point that all slices have is stored once, in the header, zeros having any', () => {
  const tensor = encoded((slice) => (slice === 5 ? grid(0, 0) : grid(3, 0.25 + slice)));
  const packed = packTensor(tensor);
  expect(packed.header).toMatchObject({ offsets: 'zero-point', zeroPoint: 3 });
  expect(packed.parameters).toHaveLength(8 * 4);
  expect(decode(unpackTensor(packed))).toEqual(decode(tensor));
  const different = packTensor(encoded((slice) => grid(slice)));
  expect(different.header).toMatchObject({ offsets: 'zero-points' });
  expect(different.header).not.toHaveProperty('zeroPoint');
  expect(different.parameters).toHaveLength(8 * 4 + 4);
});

const kinds: [string, SliceParameters, number][] = [
  ['even levels', grid(3), 8],
  ['values', { kind: 'codebook', values: Float32Array.of(-1, 0, 1) }, 8],
  ['values and a scale', { kind: 'codebook', values: Float32Array.of(-1, 0, 1), scale: 0.5 }, 8],
  ['sums of signs', { kind: 'residual', scales: Float32Array.of(0.5, 0.25) }, 3],
];

test.each(kinds)('more levels than the bits of the header hold are refused: %s', (_, parameters, most) => {
  const fit = () => ('levels' in parameters ? { ...parameters, levels: 8 } : parameters);
  const packed = packTensor(encode(values, [8, 8], { axes: [0] }, { bits: 3, fit }));
  const { levels: own } = packed.header;
  for (const levels of [most + 1, 9, 200, 65536, 1e12, 0, -1, 2.5, NaN, undefined as unknown as number]) {
    const size = (packed.parameters.length * levels) / own;
    const enough = new Uint8Array(size > 0 && size < 1e6 ? size : 0);
    for (const parameters of [packed.parameters, enough])
      expect(
        () => unpackTensor({ ...packed, parameters, header: { ...packed.header, levels } }),
        String(levels),
      ).toThrowError(expect.objectContaining({ code: 'packed-data' }));
  }
  expect(decode(unpackTensor(packed))).toHaveLength(64);
});

test('parameters and codes that are surplus or missing are refused, as those of another slicing are', () => {
  const packed = packTensor(encoded((slice) => grid(slice)));
  const more = (bytes: Uint8Array) => Uint8Array.of(...bytes, 0);
  const wrong = {
    'more codes': { ...packed, codes: more(packed.codes) },
    'fewer codes': { ...packed, codes: packed.codes.slice(1) },
    'more parameters': { ...packed, parameters: more(packed.parameters) },
    'fewer parameters': { ...packed, parameters: packed.parameters.slice(1) },
    'one slice': { ...packed, header: { ...packed.header, slicing: 'tensor' } as const },
    'another form': { ...packed, header: { ...packed.header, offsets: 'none' } as const },
  };
  for (const [name, tensor] of Object.entries(wrong))
    expect(() => unpackTensor(tensor), name).toThrowError(expect.objectContaining({ code: 'packed-data' }));
});

const wrongHeaders = {
  shape: [[-12, 5], [8.5, 8], '8,8', [1e9, 1e9], [8, 9]],
  slicing: ['rows', null, {}, { axes: [2] }, { axes: [1, 0] }, { axes: [0, 0] }, { along: 0, group: 0 }],
  bits: [0, 17, 3.5, '4', null],
  scheme: ['nf4', 'constructor', null],
  levels: [0, 17, NaN, '16'],
  offsets: ['some', 'constructor', 'zero-points'],
  zeroPoint: [99, 1.5, -1, undefined],
  parameterStorage: [null, 'float8', { kind: 'two-level', bits: 7 }],
};

test.each(Object.entries(wrongHeaders))(
  'a header with another %s than is written is refused',
  (name, all) => {
    const packed = packTensor(encoded((slice) => grid(3, 0.25 + slice)));
    for (const value of all)
      expect(
        () => unpackTensor({ ...packed, header: { ...packed.header, [name]: value } }),
        String(value),
      ).toThrowError(expect.objectContaining({ code: 'packed-data' }));
  },
);

test('a scale below 0 is refused', () => {
  const packed = packTensor(encoded((slice) => grid(3, 0.25 + slice)));
  const parameters = packed.parameters.slice();
  new DataView(parameters.buffer).setFloat32(0, -1, true);
  expect(() => unpackTensor({ ...packed, parameters })).toThrowError(
    expect.objectContaining({ code: 'packed-data' }),
  );
});

const affine = (levels: number, zeroPoint: number): SliceParameters => ({
  kind: 'affine',
  levels,
  scale: 0.5,
  offset: -zeroPoint * 0.5,
});
const oneValue: SliceParameters = { kind: 'codebook', values: Float32Array.of(0.5) };

test.each<[string, number[], Slicing, number, SliceParameters]>([
  ['groups of one', [2, 3], { along: 1, group: 1 }, 4, grid(3)],
  ['a group longer than the axis', [2, 3], { along: 0, group: 2 ** 53 - 1 }, 4, grid(3)],
  ['both axes', [2, 3], { axes: [0, 1] }, 4, grid(3)],
  ['no value', [0, 3], { axes: [1] }, 4, grid(3)],
  ['one number', [], 'tensor', 4, grid(3)],
  ['the fewest bits', [2, 3], { axes: [1] }, 1, affine(2, 0)],
  ['the most bits', [2, 3], { axes: [1] }, 16, affine(65536, 65535)],
  ['one level', [2, 3], { axes: [1] }, 1, oneValue],
  ['levels that are no power of two', [2, 3], { axes: [1] }, 3, affine(5, 4)],
  ['a zero point of 0', [2, 3], { axes: [1] }, 3, affine(5, 0)],
])('what lies at the ends of its ranges comes back: %s', (_, shape, slicing, bits, parameters) => {
  const count = shape.reduce((product, size) => product * size, 1);
  // From the lowest code to the highest.
  const some = Float32Array.from({ length: count }, (_, i) => (i - count / 2) * 1e5);
  const tensor = encode(some, shape, slicing, { bits, fit: () => parameters });
  const again = unpackTensor(packTensor(tensor));
  expect(again).toMatchObject({ shape, slicing, bits, codes: tensor.codes });
  expect(decode(again)).toEqual(decode(tensor));
  expect(tensorDefect(tensor)).toBeUndefined();
});

test('a code of the highest level is whole, and one above it is not', () => {
  const tensor = encoded(() => ({ ...grid(3), levels: 5 }));
  expect(tensorDefect({ ...tensor, codes: new Uint8Array(64).fill(4) })).toBeUndefined();
  expect(tensorDefect({ ...tensor, codes: new Uint8Array(64).fill(5) })).toMatchObject({
    part: 'codes',
    expected: 'codes below the 5 levels',
    received: '5',
  });
});

test.each([2, 4, 16, 128, 254, 255])('wherever it lies among codes of a byte: %i levels', (levels) => {
  const fit = () => ({ ...grid(3), levels });
  const tensor = encode(values, [8, 8], 'tensor', { bits: 8, fit });
  const memory = new Uint8Array(80).fill(255);
  for (const start of [0, 1, 2, 3, 5])
    for (const at of [0, 1, 2, 3, 30, 61, 62, 63]) {
      const codes = memory.subarray(start, start + 64).fill(levels - 1);
      expect(tensorDefect({ ...tensor, codes })).toBeUndefined();
      codes[at] = levels;
      expect(tensorDefect({ ...tensor, codes })).toMatchObject({ received: String(levels) });
      codes.fill(255);
    }
});

test.each<[string, SliceParameters, string]>([
  ['too few scales', grid(3), 'scale'],
  ['too few offsets', grid(3), 'offset'],
  ['too few values', { kind: 'codebook', values: Float32Array.of(-1, 0, 1) }, 'values'],
  ['too few scales of signs', { kind: 'residual', scales: Float32Array.of(0.5, 0.25) }, 'scales'],
  [
    'too few scales of shared values',
    { kind: 'codebook', values: Float32Array.of(-1, 1), scale: 0.5 },
    'scale',
  ],
])('parameters are counted: %s', (_, parameters, member) => {
  const tensor = encoded(() => parameters);
  const numbers = tensor.scheme[member as 'scale' & keyof typeof tensor.scheme] as Float32Array;
  const broken = {
    ...tensor,
    scheme: { ...tensor.scheme, [member]: numbers.subarray(1) },
  } as QuantizedTensor;
  expect(tensorDefect(broken)).toEqual({
    part: 'parameters',
    expected: `${numbers.length} numbers as ${member}`,
    received: `${numbers.length - 1}`,
  });
});
