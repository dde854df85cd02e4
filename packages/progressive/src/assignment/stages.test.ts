import { expect, test } from 'vitest';
import { stageOf, threeStages } from './stages.js';

const stages = (layers: number, count: number) =>
  Array.from({ length: layers }, (_, layer) => stageOf(layer, layers, count));

test('splits layers evenly, and gives few layers the ends first', () => {
  expect(stages(6, 3)).toEqual([0, 0, 1, 1, 2, 2]);
  expect(stages(7, 3)).toEqual([0, 0, 0, 1, 1, 2, 2]);
  expect(stages(3, 3)).toEqual([0, 1, 2]);
  expect(stages(2, 3)).toEqual([0, 2]);
  expect(stages(3, 5)).toEqual([0, 2, 4]);
  expect(stages(1, 3)).toEqual([0]);
  expect(stages(4, 1)).toEqual([0, 0, 0, 0]);
});

test.each([
  [4, 1, [4, 2, 1]],
  [3, 1, [3, 2, 1]],
  [8, 2, [8, 4, 2]],
  [4, 2, [4, 3, 2]],
])('from %i to %i bits is one of the usual presets', (from, to, widths) => {
  expect(threeStages(from, to)).toEqual(widths);
});
