import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { fourierOf } from './fourier.js';
import { sinusoidFinder } from './sinusoid.js';

interface Golden {
  readonly windows: Readonly<Record<string, readonly number[]>>;
  readonly cases: readonly {
    readonly window: string;
    readonly values: readonly number[];
    readonly correlation: number;
    readonly frequency: number;
  }[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../fixtures/sinusoids.json', import.meta.url), 'utf8'),
) as Golden;

it.each(golden.cases)('under $window, $frequency is nearest, as least squares of numpy find', (one) => {
  const window = Float64Array.from(golden.windows[one.window]!);
  const find = sinusoidFinder(window.length)(window);
  const found = find(Float64Array.from(one.values));
  expect(found.correlation).toBeCloseTo(one.correlation, 4);
  expect(found.frequency).toBeCloseTo(one.frequency, 1.5);
});

test('zeros are near to nothing', () => {
  expect(sinusoidFinder(8)(new Float64Array(8).fill(1))(new Float64Array(8)).correlation).toBe(0);
});

test('a transform by halves is the sum that defines it', () => {
  const values = [3, -1, 0.5, 2, 7];
  const { real, imaginary } = fourierOf(8)(values);
  for (let k = 0; k < 8; k++) {
    const angles = values.map((_, n) => (2 * Math.PI * k * n) / 8);
    const sum = (of: (angle: number) => number) =>
      values.reduce((total, value, n) => total + value * of(angles[n] as number), 0);
    expect(real[k]).toBeCloseTo(sum(Math.cos), 12);
    expect(imaginary[k]).toBeCloseTo(-sum(Math.sin), 12);
  }
});
