import { describe, expect, it } from 'vitest';

import type { CalibrationInput } from '../input/options.js';
import { resolveShapes } from './open-sizes.js';

const input = (shape: CalibrationInput['shape'], name = 'x'): CalibrationInput => ({
  name,
  type: 'float32',
  shape,
});

function shapesOf(inputs: readonly CalibrationInput[], given: Readonly<Record<string, number>> = {}) {
  const { shapes, sizes } = resolveShapes(inputs, new Map(Object.entries(given)));
  return { shapes: Object.fromEntries(shapes), sizes };
}

describe('open sizes', () => {
  it.each([
    [['batch', 3, 'h', 'w'], [1, 3, 224, 224], { batch: 1, h: 224, w: 224 }],
    [['batch', 'h', 'w', 3], [1, 224, 224, 3], { batch: 1, h: 224, w: 224 }],
    [[-1, -1, -1, -1], [1, 3, 224, 224], { 'x:0': 1, 'x:1': 3, 'x:2': 224, 'x:3': 224 }],
    [['batch', 'tokens'], [1, 16], { batch: 1, tokens: 16 }],
    [[2, '', 128], [2, 16, 128], { 'x:1': 16 }],
    [[], [], {}],
    [[5, 7], [5, 7], {}],
  ])('of %j are %j', (shape, expected, sizes) => {
    expect(shapesOf([input(shape)])).toEqual({ shapes: { x: expected }, sizes });
  });

  it('are one for axes of one name', () => {
    const inputs = [input(['batch', 'n'], 'ids'), input([2, 'batch', 4], 'state')];
    expect(shapesOf(inputs).shapes).toEqual({ ids: [1, 16], state: [2, 1, 4] });
    expect(shapesOf(inputs, { batch: 3 }).shapes).toEqual({ ids: [3, 16], state: [2, 3, 4] });
    expect(shapesOf(inputs, { 'state:1': 5 }).shapes).toEqual({ ids: [5, 16], state: [2, 5, 4] });
  });

  it('are given for an input by the name that another file of the model has for it', () => {
    const sizes = shapesOf([input([1, -1], 'mic_left')], { 'mic left:1': 7 });
    expect(sizes.shapes).toEqual({ mic_left: [1, 7] });
  });

  it('are given by name or by place', () => {
    expect(shapesOf([input(['batch', -1])], { batch: 2, 'x:1': 576 })).toEqual({
      shapes: { x: [2, 576] },
      sizes: { batch: 2, 'x:1': 576 },
    });
  });

  it.each([['bach'], ['x:1'], ['y:0']])('are never given to what is not open: %s', (name) => {
    expect(() => shapesOf([input(['batch', 3])], { [name]: 2 })).toThrow(
      expect.objectContaining({ code: 'invalid-argument', where: 'sizes' }),
    );
  });
});
