import { expect, it } from 'vitest';
import { components } from './components.js';
import { matchedBoxes, overlap } from './match-boxes.js';
import { textBoxes } from './text-boxes.js';

const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

it('finds patches that touch by side or corner, not across the border', () => {
  const map = Float32Array.from([0.9, 0, 0, 0.8, 0, 0.7, 0, 0, 0, 0, 0, 0]);
  const found = components(map, 4, 0.3);
  expect(found.map((patch) => patch.box)).toEqual([box(0, 0, 2, 2), box(3, 0, 1, 1)]);
  expect(found[0]!.mean).toBeCloseTo(0.8, 6);
});

it('drops faint and tiny patches and grows the rest', () => {
  const map = new Float32Array(20 * 20);
  const fill = (left: number, top: number, width: number, height: number, value: number) => {
    for (let y = top; y < top + height; y++) map.fill(value, y * 20 + left, y * 20 + left + width);
  };
  fill(4, 4, 8, 4, 0.95);
  fill(2, 12, 8, 4, 0.4);
  fill(16, 16, 2, 2, 0.95);
  expect(textBoxes(map, 20)).toEqual([box(2, 2, 12, 8)]);
});

it('measures overlap as common area over joint area', () => {
  expect(overlap(box(0, 0, 2, 2), box(1, 0, 2, 2))).toBeCloseTo(1 / 3, 10);
  expect(overlap(box(0, 0, 2, 2), box(2, 0, 2, 2))).toBe(0);
});

it('gives each box one partner at most', () => {
  const wanted = [box(0, 0, 10, 10), box(1, 0, 10, 10), box(50, 0, 5, 5)];
  expect(matchedBoxes(wanted, [box(0, 0, 10, 10)])).toBe(1);
  expect(matchedBoxes(wanted, wanted)).toBe(3);
});
