import { expect, test } from 'vitest';
import type { CostEntry } from '../contract/storage-cost.js';
import { packedCost, standIns, totalCost } from '../plan/packed-cost.js';
import { packedTensorBytes } from './container.js';
import { encode } from './encode.js';
import { outlinedSchemes, schemeOutline, type SchemeOutline } from './outline.js';
import type { ParameterStorage, SliceParameters } from './types.js';

const weight = { shape: [6, 40], outputAxes: [0], inputAxis: 1 };
const values = Float32Array.from({ length: 240 }, (_, i) => Math.sin(i));

/** Parameters of the slices, in turn, with the outline that they have. */
const cases: readonly (readonly [SchemeOutline, (slice: number) => SliceParameters])[] = [
  [{ kind: 'affine', levels: 16, zeroPoints: 'none' }, () => ({ kind: 'affine', levels: 16, scale: 0.1 })],
  [
    { kind: 'affine', levels: 15, zeroPoints: { same: true, middle: true } },
    () => ({ kind: 'affine', levels: 15, scale: 0.125, offset: -7 * 0.125 }),
  ],
  [
    { kind: 'affine', levels: 16, zeroPoints: { same: false, middle: true } },
    (slice) => ({ kind: 'affine', levels: 16, scale: 0.125, offset: -(7 + (slice % 2)) * 0.125 }),
  ],
  [
    { kind: 'affine', levels: 16, zeroPoints: { same: false, middle: false } },
    (slice) => ({ kind: 'affine', levels: 16, scale: 0.125, offset: -(4 + (slice % 3)) * 0.125 }),
  ],
  [
    { kind: 'affine', levels: 16, zeroPoints: { same: true, middle: false } },
    () => ({ kind: 'affine', levels: 16, scale: 0.125, offset: -3 * 0.125 }),
  ],
  [
    { kind: 'affine', levels: 16, zeroPoints: 'offsets' },
    (slice) => ({ kind: 'affine', levels: 16, scale: 0.125, offset: -1 - slice / 64 }),
  ],
  [
    { kind: 'codebook', levels: 3, shared: false },
    (slice) => ({ kind: 'codebook', values: Float32Array.of(-1, 0, 1 + slice / 8) }),
  ],
  [
    { kind: 'codebook', levels: 3, shared: true },
    (slice) => ({ kind: 'codebook', values: Float32Array.of(-1, 0, 1), scale: 0.5 + slice / 8 }),
  ],
  [
    { kind: 'residual', order: 4 },
    () => ({ kind: 'residual', scales: Float32Array.of(0.5, 0.25, 0.125, 0.1) }),
  ],
];

const storages: readonly ParameterStorage[] = ['float32', 'float16', { kind: 'two-level', bits: 6 }];

for (const [scheme, parametersOf] of cases)
  for (const granularity of ['tensor', 'channel', 'group:16'] as const)
    for (const parameterStorage of storages) {
      const hasScales = scheme.kind === 'affine' || (scheme.kind === 'codebook' && scheme.shared);
      if (typeof parameterStorage === 'object' && !hasScales) continue;
      const entry: CostEntry = { bits: 4, granularity, parameterStorage, scheme };
      test(`the cost of ${JSON.stringify(entry)} is what the container takes`, () => {
        const [{ slicing, codes, ...standIn } = { codes: [] }] = standIns(weight, entry);
        let slice = 0;
        const tensor = encode(values, weight.shape, slicing ?? 'tensor', {
          bits: 4,
          parameterStorage,
          fit: () => parametersOf(slice++),
        });
        expect([...codes]).toEqual(new Array(240).fill(0));
        expect(standIn).toMatchObject({ shape: weight.shape, bits: 4, parameterStorage });
        const found = schemeOutline(tensor.scheme);
        // A grid of one slice has one zero point.
        const isOne = slice === 1 && found.kind === 'affine' && scheme.kind === 'affine';
        if (!isOne) expect(found).toEqual(scheme);
        const { storedBytes, memoryBytes } = packedCost(weight, { ...entry, scheme: found });
        const stored = packedTensorBytes(tensor);
        if (tensor.parameterStorage === parameterStorage) expect(storedBytes).toBe(stored);
        expect(memoryBytes).toBe(960);
      });
    }

test('groups that an axis is too short for are channels', () => {
  const entry = {
    bits: 8,
    parameterStorage: 'float32',
    scheme: { kind: 'affine', levels: 256, zeroPoints: 'offsets' },
  } as const;
  const cost = (granularity: CostEntry['granularity']) => packedCost(weight, { ...entry, granularity });
  expect(cost('group:64')).toEqual(cost('channel'));
  expect(cost('channel')).toEqual({ storedBytes: 240 + 6 * 8, memoryBytes: 960 });
});

test('schemes of an outline have that outline, or less', () => {
  for (const [outline] of cases) {
    const found = outlinedSchemes(outline, 6).map(schemeOutline);
    expect(found).toContainEqual(outline);
    for (const one of found) expect(one.kind).toBe(outline.kind);
  }
});

test('what weights share is counted once', () => {
  const costs = [
    { storedBytes: 100, memoryBytes: 10, shared: { one: 20, two: 5 } },
    { storedBytes: 200, memoryBytes: 20, shared: { two: 6 } },
    { storedBytes: 300, memoryBytes: 30 },
  ];
  expect(totalCost(costs)).toEqual({ storedBytes: 75 + 194 + 300 + 20 + 6, memoryBytes: 60 });
  expect(totalCost([])).toEqual({ storedBytes: 0, memoryBytes: 0 });
});
