import { afterEach, expect, test, vi } from 'vitest';
import { seededRandom } from '../numeric/random.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const load = async () => (await import('./add-product.js')).addProduct;

/** Rows, terms and columns: few, below and above those of a panel, more terms than are summed at once, more rows than are held at once. */
const sizes = [
  [3, 5, 4],
  [8, 9, 65],
  [70, 300, 20],
  [2060, 8, 8],
] as const;

test.each(sizes)(
  '%d × %d times a matrix of %d columns is added, with WebAssembly and without',
  async (m, k, n) => {
    const random = seededRandom(m);
    const drawn = (count: number) => Float64Array.from({ length: count }, () => random() - 0.5);
    // The first lies inside a wider one, the second is stored column by column.
    const [left, right, before] = [drawn(2 + m * (k + 3)), Float32Array.from(drawn(k * n)), drawn(m * n)];
    const wanted = before.map((start, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      let sum = start;
      for (let t = 0; t < k; t++) sum += left[2 + i * (k + 3) + t]! * right[j * k + t]!;
      return sum;
    });
    const sums: Float64Array[] = [];
    for (const isPlain of [false, true]) {
      if (isPlain) vi.stubGlobal('WebAssembly', undefined);
      vi.resetModules();
      const addProduct = await load();
      const sum = before.slice();
      addProduct(
        { values: sum, rows: m, columns: n },
        { values: left, from: 2, rows: m, columns: k, rowStep: k + 3 },
        { values: right, rows: k, columns: n, rowStep: 1, columnStep: k },
      );
      sums.push(sum);
    }
    expect(sums[0]).toEqual(sums[1]);
    // Rounding errors of 300 sums of products below 1/4.
    const off = wanted.reduce((worst, x, i) => Math.max(worst, Math.abs(x - sums[0]![i]!)), 0);
    expect(off).toBeLessThan(1e-12);
  },
);
