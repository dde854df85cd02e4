import { expect, it } from 'vitest';
import { squareCrops } from './crops.js';
import { blank, type Image } from './image.js';
import { resize } from './resize.js';

/** Grey steps from left to right, 10 a pixel. */
function steps(width: number, height: number): Image {
  const image = blank(width, height, [0, 0, 0]);
  return { ...image, data: image.data.map((_, i) => (Math.floor(i / 3) % width) * 10) };
}

it('leaves an image of the same size alone', () => {
  expect(resize(steps(5, 4), 5, 4)).toEqual(steps(5, 4));
});

it('keeps one colour one colour, up and down', () => {
  for (const side of [3, 17]) {
    expect(resize(blank(8, 8, [9, 99, 199]), side, side)).toEqual(blank(side, side, [9, 99, 199]));
  }
});

it('reads the region that it is given', () => {
  const { data } = resize(steps(8, 4), 2, 2, { x: 4, y: 1, width: 2, height: 2 });
  expect([data[0], data[3]]).toEqual([40, 50]);
});

it('cuts squares inside the image, the same ones for the same seed', () => {
  const image = blank(30, 20, [0, 0, 0]);
  const crops = squareCrops(image, 5, 7);
  expect(crops).toEqual(squareCrops(image, 5, 7));
  expect(crops[0]).toEqual({ x: 5, y: 0, width: 20, height: 20 });
  for (const { x, y, width, height } of crops) {
    expect(width).toBe(height);
    expect(Math.min(x, y, 30 - x - width, 20 - y - height)).toBeGreaterThanOrEqual(0);
  }
});
