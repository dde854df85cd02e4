import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reshapeLinks } from './reshape.js';

const axesOf = (from: number[], to: number[]) => reshapeLinks(from, to).map(({ axes }) => axes);

describe('reshapeLinks', () => {
  it.each([
    [
      [4, 6],
      [4, 6],
      [[0], [1]],
    ],
    [[24], [4, 6], [[0], [0]]],
    [[4, 6], [24], [[0, 1]]],
    [
      [2, 3, 4],
      [6, 4],
      [[0, 1], [2]],
    ],
    [
      [2, 6, 5],
      [4, 3, 5],
      [[0, 1], [0, 1], [2]],
    ],
    [
      [1, 4, 1, 6],
      [4, 6, 1],
      [[1], [3], []],
    ],
    [[1], [1, 1], [[], []]],
  ])('%j → %j', (from, to, expected) => {
    expect(axesOf(from, to)).toEqual(expected);
  });

  it('links every long axis, both ways, and exact ones to an axis of the same size', () => {
    const factors = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });
    const cuts = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(factors, cuts, cuts, (sizes, one, other) => {
        const [from, to] = [grouped(sizes, one), grouped(sizes, other)];
        const links = reshapeLinks(from, to);
        const reached = new Set(links.flatMap(({ axes }) => axes));
        expect(from.every((size, axis) => size === 1 || reached.has(axis))).toBe(true);
        links.forEach(({ axes, exact }, axis) => {
          if (to[axis] !== 1) expect(axes.length).toBeGreaterThan(0);
          if (exact) expect(axes.map((inner) => from[inner])).toEqual([to[axis]]);
        });
      }),
    );
  });
});

/** Multiplies neighbouring factors together where a cut is missing. */
function grouped(factors: readonly number[], cuts: readonly boolean[]): number[] {
  return factors.reduce<number[]>((shape, factor, index) => {
    if (index > 0 && cuts[index] !== true) shape.push((shape.pop() as number) * factor);
    else shape.push(factor);
    return shape;
  }, []);
}
