import type { Shape } from '../model.js';
import { axisFrom, type ClassTable, type LayerClass, type MaybeShape } from './layer-class.js';

/** The shape of values that are combined one by one; axes of size 1 are repeated. */
function broadcast(inputs: readonly MaybeShape[]): MaybeShape {
  if (inputs.some((input) => input === undefined)) return undefined;
  const shapes = inputs as readonly Shape[];
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    // Keras fills up missing axes behind the batch.
    const sizes = shapes.map((shape) => (axis === 0 ? shape[0]! : (shape[shape.length - rank + axis] ?? 1)));
    const known = sizes.find((size) => size !== null && size !== 1);
    return known ?? (sizes.some((size) => size === null) ? null : 1);
  });
}

const elementwise: LayerClass = { output: (_, inputs) => broadcast(inputs) };

const concatenate: LayerClass = {
  output: (settings, inputs) => {
    const [first] = inputs;
    if (first === undefined || inputs.some((input) => input === undefined)) return undefined;
    const axis = axisFrom(settings.number('axis', -1), first.length);
    const total = sum(inputs.map((input) => input![axis] ?? null));
    return first.map((size, i) => (i === axis ? total : size));
  },
};

function sum(sizes: Shape): number | null {
  return sizes.reduce<number | null>((all, size) => (all === null || size === null ? null : all + size), 0);
}

const dot: LayerClass = {
  output: (settings, [left, right]) => {
    if (left === undefined || right === undefined) return undefined;
    const axes = settings.integers('axes');
    const [a, b] = [axes[0]!, axes[1] ?? axes[0]!];
    const rest = [
      ...left.filter((_, i) => i !== axisFrom(a, left.length)),
      ...right.filter((_, i) => i !== axisFrom(b, right.length) && i !== 0),
    ];
    return rest.length === 1 ? [rest[0]!, 1] : rest;
  },
};

export const mergeClasses: ClassTable = {
  Add: elementwise,
  Subtract: elementwise,
  Multiply: elementwise,
  Average: elementwise,
  Maximum: elementwise,
  Minimum: elementwise,
  Concatenate: concatenate,
  Dot: dot,
};
