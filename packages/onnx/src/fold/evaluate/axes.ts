import { sizeOf } from '@lowbit/core/adapter';
import { integersAttribute } from '../../graph/attributes.js';
import { fromFront } from '../../operators/moves/chain-operator.js';
import type { ConstantCall } from './constant-call.js';

/** Axes that a node names by an attribute or, in later versions, by an input, counted from the front; `fallback` where it names none. */
export function namedAxes(
  { node, type, integers }: ConstantCall,
  rank: number,
  fallback: readonly number[],
): readonly number[] | undefined {
  const empty = type(1)?.dims[0] === 0;
  const given = integersAttribute(node, 'axes') ?? (empty ? [] : integers(1));
  if (given === undefined && node.input[1]) return undefined;
  const axes = (given === undefined || given.length === 0 ? fallback : given).map((axis) =>
    fromFront(axis, rank),
  );
  return axes.every((axis) => axis !== undefined) ? axes : undefined;
}

/**
 * For each value of a tensor, row-major, the place in a tensor from which the axes are gone.
 *
 * @param gone Whether an axis is gone.
 */
export function placesWithout(dims: readonly number[], gone: (axis: number) => boolean): Int32Array {
  const left = dims.map((size, axis) => (gone(axis) ? 1 : size));
  const steps = dims.map((_, axis) => (gone(axis) ? 0 : sizeOf(left.slice(axis + 1))));
  const counters = dims.map(() => 0);
  const places = new Int32Array(sizeOf(dims));
  let place = 0;
  for (let at = 0; at < places.length; at++) {
    places[at] = place;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const [size, step] = [dims[axis] as number, steps[axis] as number];
      place += step;
      counters[axis] = (counters[axis] as number) + 1;
      if ((counters[axis] as number) < size) break;
      place -= size * step;
      counters[axis] = 0;
    }
  }
  return places;
}
