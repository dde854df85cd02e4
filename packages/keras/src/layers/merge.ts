import type { Shape } from '../model.js';
import { axisFrom, sharedSizes, type ClassTable, type LayerClass, type MaybeShape } from './layer-class.js';

/**
 * The shape of values that are combined one by one; axes of size 1 are repeated. A size that is not known may be 1 or that of the
 * others: beside 1 it stays open, beside a larger one it can only come to that.
 */
function broadcast(inputs: readonly MaybeShape[]): MaybeShape {
  if (inputs.some((input) => input === undefined)) return undefined;
  const shapes = inputs as readonly Shape[];
  const rank = Math.max(1, ...shapes.map(({ length }) => length));
  const filled = shapes.map(([batch = null, ...others]): Shape => [
    batch,
    // Keras fills up missing axes behind the batch.
    ...Array<number>(rank - 1 - others.length).fill(1),
    ...others,
  ]);
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = filled.map((shape) => shape[axis] ?? null);
    const larger = sizes.find((size) => size !== null && size !== 1);
    return larger ?? (sizes.includes(null) ? null : 1);
  });
}

/** Of values that are combined one by one. */
export const elementwise: LayerClass = { output: (_, inputs) => broadcast(inputs) };

const concatenate: LayerClass = {
  output: (settings, inputs) => {
    const shape = sharedSizes(inputs);
    if (shape === undefined) return undefined;
    const axis = axisFrom(settings.number('axis', -1), shape.length);
    const total = sum(inputs.map((input) => input![axis] ?? null));
    return shape.map((size, i) => (i === axis ? total : size));
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
