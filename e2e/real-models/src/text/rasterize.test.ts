import { expect, it } from 'vitest';
import { inkOf } from './font.js';
import { rasterize, type Edges } from './rasterize.js';

/** A closed outline through points [x, y]. */
function outline(points: readonly (readonly [number, number])[]): Edges {
  return points.flatMap((point, i) => [...point, ...points[(i + 1) % points.length]!]);
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

it('covers pixels by the share of their area', () => {
  const square = outline([
    [0.5, 0],
    [2, 0],
    [2, 1.25],
    [0.5, 1.25],
  ]);
  expect([...rasterize(square, 3, 2)]).toEqual([0.5, 1, 0, 0.125, 0.25, 0]);
});

it('keeps the area of a slanted outline', () => {
  const triangle = outline([
    [1, 1],
    [9.3, 2.1],
    [4.2, 7.7],
  ]);
  const area = 0.5 * Math.abs(8.3 * 6.7 - 3.2 * 1.1);
  // Float32 accumulation over some forty pixels.
  expect(sum(rasterize(triangle, 10, 9))).toBeCloseTo(area, 4);
});

it('leaves holes that run the other way open', () => {
  const square = (low: number, high: number) =>
    [
      [low, low],
      [high, low],
      [high, high],
      [low, high],
    ] as [number, number][];
  const ring = [...outline(square(0, 4)), ...outline(square(1, 3).reverse())];
  expect(sum(rasterize(ring, 4, 4))).toBeCloseTo(16 - 4, 6);
});

it('draws letters of a font: an o has ink around a hole', () => {
  const { width, height, coverage } = inkOf('o', 'Sans', 40, 1);
  const at = (x: number, y: number) => coverage[Math.round(y) * width + Math.round(x)]!;
  expect(at(width / 2, height / 2)).toBeCloseTo(0, 5);
  expect(at(3, height / 2)).toBeCloseTo(1, 5);
  expect(at(0, 0)).toBe(0);
});
