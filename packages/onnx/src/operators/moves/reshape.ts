import { sizeOf } from '@lowbit/core/adapter';
import { integerAttribute } from '../../graph/attributes.js';
import { type AxisLink, type ChainOperator, sameAxis } from './chain-operator.js';

/** 0 in the target keeps the input's size (unless `allowzero`), −1 takes what is left. */
export const reshape: ChainOperator = ({ node, shapes: [shape = []], integers }) => {
  const target = integers(1);
  if (target === undefined) return undefined;
  const allowZero = integerAttribute(node, 'allowzero', 0) === 1;
  const sizes = target.map((size, axis) => (size === 0 && !allowZero ? (shape[axis] ?? 0) : size));
  const known = sizeOf(sizes.filter((size) => size !== -1));
  const total = sizeOf(shape);
  const result = sizes.map((size) => (size === -1 ? total / known : size));
  const fits = sizeOf(result) === total && result.every((size) => Number.isInteger(size) && size >= 0);
  return fits ? { shape: result, links: reshapeLinks(shape, result), keepsOrder: true } : undefined;
};

/**
 * Links the axes of two shapes of the same data. Both are cut into the smallest runs of axes with equal products;
 * an axis is linked to every axis of its run, so parameters that it owns are never shared by more values than
 * before. Axes of size 1 hold nothing and are linked to nothing.
 */
export function reshapeLinks(from: readonly number[], to: readonly number[]): AxisLink[] {
  const links: AxisLink[] = to.map(() => ({ axes: [], exact: false }));
  const [inner, outer] = [longAxes(from), longAxes(to)];
  let [i, o] = [0, 0];
  while (i < inner.length && o < outer.length) {
    const run = { from: [inner[i] as number], to: [outer[o] as number] };
    let [left, right] = [from[inner[i++] as number] as number, to[outer[o++] as number] as number];
    while (left !== right && (left < right ? i < inner.length : o < outer.length)) {
      if (left < right) {
        left *= from[inner[i] as number] as number;
        run.from.push(inner[i++] as number);
      } else {
        right *= to[outer[o] as number] as number;
        run.to.push(outer[o++] as number);
      }
    }
    const exact = run.from.length === 1 && run.to.length === 1;
    for (const axis of run.to)
      links[axis] = exact ? sameAxis(run.from[0] as number) : { axes: run.from, exact };
  }
  return links;
}

const longAxes = (shape: readonly number[]): number[] =>
  shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
