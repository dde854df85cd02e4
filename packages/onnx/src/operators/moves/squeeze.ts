import { integersAttribute } from '../../graph/attributes.js';
import { type ChainCall, type ChainOperator, fromFront, sameAxis } from './chain-operator.js';

/** Axes are an attribute up to opset 12 and an input from 13; without them every axis of size 1 goes. */
export const squeeze: ChainOperator = (call) => {
  const [shape = []] = call.shapes;
  const given = axesOf(call)?.map((axis) => fromFront(axis, shape.length));
  const gone = given ?? shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  if (gone.some((axis) => axis === undefined || shape[axis] !== 1)) return undefined;
  const left = shape.flatMap((_, axis) => (gone.includes(axis) ? [] : [axis]));
  return { shape: left.map((axis) => shape[axis] as number), links: left.map(sameAxis), keepsOrder: true };
};

/** Axes as in {@link squeeze}, counted in the output's rank. */
export const unsqueeze: ChainOperator = (call) => {
  const [shape = []] = call.shapes;
  const given = axesOf(call);
  if (given === undefined) return undefined;
  const rank = shape.length + given.length;
  const added = new Set(given.map((axis) => fromFront(axis, rank)));
  if (added.has(undefined) || added.size !== given.length) return undefined;
  let next = 0;
  const sources = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? undefined : next++));
  return {
    shape: sources.map((axis) => (axis === undefined ? 1 : (shape[axis] as number))),
    links: sources.map((axis) => (axis === undefined ? { axes: [], exact: false } : sameAxis(axis))),
    keepsOrder: true,
  };
};

const axesOf = ({ node, integers }: ChainCall) => integersAttribute(node, 'axes') ?? integers(1);
