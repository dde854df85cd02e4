import { sizeOf } from '@lowbit/core/adapter';

/** The shape of shapes that are broadcast, or `undefined` when they do not fit. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(...shapes.map(({ length }) => length));
  const sizes = Array.from({ length: rank }, (_, axis) => {
    const all = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const size = all.find((one) => one !== 1) ?? 1;
    return all.every((one) => one === 1 || one === size) ? size : -1;
  });
  return sizes.includes(-1) ? undefined : sizes;
}

/** Values of the shape `from`, repeated to fill the shape `to`, which it is broadcast to; row-major. */
export function spread<T extends Float32Array | readonly number[]>(
  values: T,
  from: readonly number[],
  to: readonly number[],
): ArrayLike<number> {
  const count = sizeOf(to);
  if (values.length === count) return values;
  const all = new Float64Array(count);
  if (values.length === 1) return all.fill(values[0] as number);
  const sizes = to.map((_, axis) => from[axis - to.length + from.length] ?? 1);
  const strides = to.map((_, axis) => (sizes[axis] === 1 ? 0 : sizeOf(sizes.slice(axis + 1))));
  /** From this axis on both shapes are the same. */
  const whole = to.findIndex((_, axis) => to.slice(axis).every((size, i) => size === sizes[axis + i]));
  const run = whole < 0 ? 1 : sizeOf(to.slice(whole));
  const rank = whole < 0 ? to.length : whole;
  const fill = (axis: number, source: number, target: number): void => {
    if (axis === rank) {
      for (let i = 0; i < run; i++) all[target + i] = values[source + i] as number;
      return;
    }
    const step = sizeOf(to.slice(axis + 1));
    for (let i = 0; i < (to[axis] as number); i++)
      fill(axis + 1, source + i * (strides[axis] as number), target + i * step);
  };
  fill(0, 0, 0);
  return all;
}
