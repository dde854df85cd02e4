import { afterEach, expect, test, vi } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { searchGrids, type GridStep } from './search-grids.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

async function withoutWebAssembly(): Promise<typeof searchGrids> {
  vi.stubGlobal('WebAssembly', undefined);
  vi.resetModules();
  return (await import('./search-grids.js')).searchGrids;
}

const steps: readonly GridStep[] = [
  { from: 'range', low: 0, high: 0, rounds: 3 },
  { from: 'range', low: -0.02, high: 0.03, rounds: 2 },
  'measure',
  { from: 'range', low: 0.2, high: 0.2, rounds: 0 },
  { from: 'best', low: -0.06, high: 0.03, rounds: 0 },
  { from: 'best', low: 0.015, high: 0, rounds: 0 },
  { from: 'best', low: 0, high: 0.05, rounds: 1 },
  'measure',
];

/** Slices of bell-shaped values, some with outliers, some to one side of 0. */
function slices(count: number, length: number): Float32Array {
  const random = seededRandom(length);
  return Float32Array.from({ length: count * length }, (_, i) => {
    const slice = Math.floor(i / length);
    const value = random() + random() + random() - 1.5;
    return (slice % 3 === 0 ? value ** 3 : value) + (slice % 4 === 1 ? 1.6 : 0);
  });
}

const zeros = ['anywhere', 'level', 'middle'] as const;

test.each([1, 2, 9, 32, 1000])(
  'grids are those of plain JavaScript, to the bit: slices of %i',
  async (length) => {
    const plain = await withoutWebAssembly();
    const values = slices(7, length);
    for (const levels of [2, 15, 16, 256, 65536])
      for (const zero of zeros) {
        const search = { levels, zero, steps };
        expect(searchGrids(values, length, search), `${zero}, ${levels} levels`).toEqual(
          plain(values, length, search),
        );
      }
  },
);

test.each([65_537, 300_007])(
  'so are those of a slice that memory does not hold at once: %i values',
  async (length) => {
    const plain = await withoutWebAssembly();
    const values = slices(1, length);
    for (const levels of [2, 16, 255, 65536])
      for (const zero of zeros) {
        const search = { levels, zero, steps };
        expect(searchGrids(values, length, search), `${zero}, ${levels} levels`).toEqual(
          plain(values, length, search),
        );
      }
  },
);

test.each([
  ['far from 0', (value: number) => 1e4 + value],
  ['very far from 0', (value: number) => 1e6 + value],
  ['near the smallest numbers', (value: number) => value * 1e-36],
  ['near the largest', (value: number) => value * 1e36],
  ['that lie on a grid', (value: number) => Math.round(4 * value) / 4],
])('what is better without being measured is what measuring tells: values %s', async (_, place) => {
  const plain = await withoutWebAssembly();
  const values = slices(64, 32).map(place);
  for (const levels of [4, 8, 16])
    for (const zero of zeros) {
      const search = { levels, zero, steps };
      expect(searchGrids(values, 32, search), `${zero}, ${levels} levels`).toEqual(plain(values, 32, search));
    }
});

test('nor do short slices before it change them', async () => {
  const plain = await withoutWebAssembly();
  const values = slices(1, 70_001).map((value) => value + 4);
  const search = { levels: 16, zero: 'middle', steps } as const;
  searchGrids(Float32Array.of(-1, 0.01), 2, search);
  expect(searchGrids(values, values.length, search)).toEqual(plain(values, values.length, search));
});

test.each(zeros)('grids do not depend on the order of values: 0 %s', (zero) => {
  for (const length of [9, 32, 1000])
    for (const levels of [4, 16, 256, 65536]) {
      const values = slices(8, length);
      const turned = values.slice();
      for (let from = 0; from < turned.length; from += length) turned.subarray(from, from + length).reverse();
      const search = { levels, zero, steps };
      expect(searchGrids(turned, length, search), `${levels} levels of ${length} values`).toEqual(
        searchGrids(values, length, search),
      );
    }
});

test('slices that the memory of the kernels does not hold are searched too, however many or long', () => {
  const search = { levels: 16, zero: 'anywhere', steps } as const;
  const values = slices(5000, 2);
  const { scale } = searchGrids(values, 2, search);
  expect(searchGrids(values.subarray(2 * 4997), 2, search).scale).toEqual(scale.slice(4997));
  const long = slices(1, 70_000);
  const { min, max, scale: one } = searchGrids(long, long.length, search);
  expect(one[0]! * 15).toBeLessThan(max[0]! - min[0]!);
});

test('the error is never larger than before a measure, nor than that of the grid over the range', () => {
  const length = 24;
  const values = slices(60, length);
  for (const zero of zeros)
    for (const levels of [3, 16, 255, 4096]) {
      const errors = [0, 3, steps.length].map((count) =>
        squaredErrors(
          values,
          length,
          levels,
          searchGrids(values, length, { levels, zero, steps: steps.slice(0, count) }),
        ),
      );
      errors[0]!.forEach((whole, slice) => {
        expect(errors[1]![slice]).toBeLessThanOrEqual(whole);
        expect(errors[2]![slice]).toBeLessThanOrEqual(errors[1]![slice]!);
      });
    }
});

test('values that are all equal, or farther apart than float32 can tell, harm nothing', () => {
  for (const values of [Float32Array.of(3, 3), Float32Array.of(-3.4e38, 3.4e38), Float32Array.of(0, 1e-44)])
    for (const zero of zeros) {
      const { min, max, zeros: none } = searchGrids(values, 2, { levels: 16, zero, steps });
      expect([min[0], max[0], none[0]]).toEqual([values[0], values[1], values[0] === 0 ? 1 : 0]);
    }
});

/** As values are coded and decoded. */
function squaredErrors(
  values: Float32Array,
  length: number,
  levels: number,
  { scale, offset }: { scale: Float32Array; offset: Float32Array },
): number[] {
  return Array.from(scale, (step, slice) => {
    const low = offset[slice]!;
    return values.subarray(slice * length, (slice + 1) * length).reduce((sum, value) => {
      const place = (value - low) / step;
      const below = Math.floor(place);
      const code = place - below > 0.5 || (place - below === 0.5 && below % 2 !== 0) ? below + 1 : below;
      const decoded = Math.fround(Math.fround(step * Math.min(levels - 1, Math.max(0, code))) + low);
      return sum + (value - decoded) ** 2;
    }, 0);
  });
}
