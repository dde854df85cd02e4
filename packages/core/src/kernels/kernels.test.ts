import { afterEach, expect, test, vi } from 'vitest';
import { compile } from '../../assembly/compile.mjs';
import { seededRandom } from '../numeric/random.js';
import type { EncodeSettings } from '../scheme/encode.js';
import type { SliceParameters, Slicing } from '../scheme/types.js';
import { longestRun } from '../scheme/slice-runs.js';
import { binary } from './binary.js';
import { binary as expansions } from './expand-binary.js';
import { kernels } from './kernels.js';
import { binary as panels } from './panels-binary.js';
import { binary as products } from './products-binary.js';
import { binary as searches } from './search-binary.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test.each([
  ['kernels', binary],
  ['panels', panels],
  ['grid-search', searches],
  ['expand', expansions],
  ['products', products],
] as const)('the binary of %s is that of the source', async (name, own) => {
  const text = [...(await compile(name)).matchAll(/'([^']*)'/g)].map(([, part]) => part).join('');
  expect(own).toBe(text);
});

test('the memory of the kernels holds the longest run', () => {
  expect(kernels()?.values).toHaveLength(longestRun);
});

/** What uses kernels, which are looked for once. */
const load = async () => ({
  ...(await import('../scheme/decode.js')),
  ...(await import('../scheme/encode.js')),
  ...(await import('../scheme/slice-ranges.js')),
  ...(await import('../scheme/slicing.js')),
  ...(await import('../report/histogram.js')),
  ...(await import('../report/measure.js')),
});

async function loadWithoutWebAssembly(): ReturnType<typeof load> {
  vi.stubGlobal('WebAssembly', undefined);
  vi.resetModules();
  return load();
}

/** Everything that kernels compute, of one tensor. */
function computed(
  { decode, encode, sliceRanges, sliceLayout, histogramOf, measureTensor }: Awaited<ReturnType<typeof load>>,
  values: Float32Array,
  shape: readonly number[],
  slicing: Slicing,
  fit: EncodeSettings['fit'],
) {
  const ranges = sliceRanges(values, sliceLayout(shape, slicing), 'w');
  const tensor = encode(values, shape, slicing, { bits: 4, fit });
  const histogram = histogramOf(values, tensor, ranges);
  const error = measureTensor(values, tensor);
  return { ranges, codes: tensor.codes, decoded: decode(tensor), histogram, error };
}

const grids: Record<string, EncodeSettings['fit']> = {
  'with an offset': (slice) => grid(slice, { offset: Math.min(...slice) }),
  symmetric: (slice) => grid(slice, {}),
  constant: (slice) => ({ kind: 'affine', levels: 16, scale: 0, offset: slice[0] ?? 0 }),
};

function grid(slice: Float32Array, { offset }: { offset?: number }): SliceParameters {
  const width = Math.max(...slice) - Math.min(...slice);
  // Half as wide as the values, so that some are clipped.
  const scale = Math.fround(width / 30);
  return {
    kind: 'affine',
    levels: 16,
    scale,
    ...(offset === undefined ? {} : { offset: Math.fround(offset) }),
  };
}

const layouts: readonly [shape: number[], slicing: Slicing][] = [
  [[6, 170], 'tensor'],
  [[70, 36], { axes: [0] }],
  [[6, 170], { axes: [0] }],
  [[70, 36], { axes: [1] }],
  [[30, 4, 70], { axes: [1] }],
  [[3, 5000], { axes: [1] }],
  [[70, 36], { along: 0, group: 32 }],
  [[70, 33], { along: 0, group: 32 }],
  [[20, 96], { along: 1, group: 32 }],
  [[20, 100], { along: 1, group: 32 }],
  [[2, 70, 5], { along: 1, group: 16 }],
];

for (const [name, fit] of Object.entries(grids)) {
  test.each(layouts)(
    `results are those of plain JavaScript, grid ${name}: %j sliced by %j`,
    async (shape, slicing) => {
      const random = seededRandom(shape.length);
      const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 3 * random() - 1);
      const fast = computed(await load(), values, shape, slicing, fit);
      const { error, ...plain } = computed(await loadWithoutWebAssembly(), values, shape, slicing, fit);
      expect(fast).toMatchObject(plain);
      expect(fast.error.largest).toBe(error.largest);
      for (const measure of ['sqnrDb', 'meanSquared', 'relative'] as const)
        expect(fast.error[measure]! / error[measure]!).toBeCloseTo(1, 10);
    },
  );
}
