import { afterEach, expect, test, vi } from 'vitest';
import { seededRandom } from '../numeric/random.js';
import { packTensor, unpackTensor } from './container.js';
import { decode } from './decode.js';
import { sizeOf } from './shape.js';
import { sliceLayout } from './slicing.js';
import type { QuantizedTensor, Slicing } from './types.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const multiplierOf = async (tensor: QuantizedTensor) =>
  (await import('./multiplier.js')).multiplier(packTensor(tensor));

function tensorOf(shape: readonly number[], slicing: Slicing, bits = 4): QuantizedTensor {
  const random = seededRandom(5);
  const levels = 2 ** bits;
  const floats = (count: number) => Float32Array.from({ length: count }, () => random() - 0.5);
  const { count } = sliceLayout(shape, slicing);
  const scheme = { kind: 'codebook', levels, values: floats(count * levels).sort() } as const;
  const codes = bits > 8 ? new Uint16Array(sizeOf(shape)) : new Uint8Array(sizeOf(shape));
  codes.forEach((_, i) => (codes[i] = Math.floor(random() * levels)));
  return { shape, slicing, bits, codes, scheme, parameterStorage: 'float32' };
}

/** Added up one after the other, each rounded to float32. */
function plainly(tensor: QuantizedTensor, inputs: readonly Float32Array[], outputs: Float32Array): void {
  const values = decode(tensor);
  const width = tensor.shape.at(-1)!;
  inputs.forEach((input, m) => {
    for (let column = 0; column < width; column++)
      for (let row = 0; row < input.length; row++) {
        const product = Math.fround(input[row]! * values[row * width + column]!);
        outputs[m * width + column] = outputs[m * width + column]! + product;
      }
  });
}

/** Widths that are no multiples of 8, rows longer than a block, more rows than memory holds at once, slices of each kind. */
const cases: readonly (readonly [readonly number[], Slicing, number])[] = [
  [[3, 3, 5, 7], 'tensor', 1],
  [[3, 3, 5, 8], { axes: [3] }, 5],
  [[70, 100], { axes: [1] }, 3],
  [[40, 13], { along: 0, group: 16 }, 4],
  [[13, 40], { along: 1, group: 16 }, 9],
  [[5, 9001], { axes: [0] }, 2],
  [[3000, 24], { axes: [1] }, 30],
  [[9, 33], 'tensor', 1200],
];

test.each(cases)(
  'products of %j, sliced by %j, with %i inputs are those of its values',
  async (shape, slicing, count) => {
    const tensor = unpackTensor(packTensor(tensorOf(shape, slicing)));
    const [width, depth] = [shape.at(-1)!, sizeOf(shape.slice(0, -1))];
    const random = seededRandom(count);
    const inputs = Array.from({ length: count }, () =>
      Float32Array.from({ length: depth }, () => random() - 0.5),
    );
    const multiplier = (await multiplierOf(tensor))!;
    expect(count).toBeLessThanOrEqual(multiplier.most);
    const [outputs, wanted] = [
      new Float32Array(count * width).fill(3),
      new Float32Array(count * width).fill(3),
    ];
    plainly(tensor, inputs, wanted);
    // Again and again: nothing of a product stays.
    for (let time = 0; time < 2; time++) {
      outputs.fill(3);
      multiplier.multiply(
        count,
        (into, from, to, columns) => {
          into.fill(NaN);
          for (let row = from; row < to; row++)
            for (let m = 0; m < count; m++) into[(row - from) * columns + m] = inputs[m]![row]!;
        },
        outputs,
      );
      expect(outputs).toEqual(wanted);
    }
  },
);

test.each([
  ['codes of 9 bits', tensorOf([4, 4], 'tensor', 9)],
  ['rows that are too long', tensorOf([2, 40_000], 'tensor')],
  ['tensors without values', tensorOf([0, 4], 'tensor')],
])('there is none for %s', async (_, tensor) => {
  expect(await multiplierOf(tensor)).toBeUndefined();
});

test('there is none without WebAssembly', async () => {
  vi.resetModules();
  vi.stubGlobal('WebAssembly', undefined);
  expect(await multiplierOf(tensorOf([4, 4], 'tensor'))).toBeUndefined();
});
