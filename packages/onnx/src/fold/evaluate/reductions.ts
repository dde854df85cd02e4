import { sizeOf } from '@lowbit/core/adapter';
import { integerAttribute } from '../../graph/attributes.js';
import { DataType } from '../../schema/proto.js';
import { namedAxes, placesWithout } from './axes.js';
import type { ConstantCall, ConstantOperator } from './constant-call.js';
import { isFloat, ofType } from './of-type.js';

interface Reduction {
  readonly start: number;
  readonly join: (sum: number, x: number) => number;
  /** What becomes of a joined value in the end. */
  readonly end?: (joined: number, count: number) => number;
  /** Integers are reduced too. */
  readonly integers?: boolean;
  /** Nothing is the reduction of no values. */
  readonly needsValues?: boolean;
}

const sum = (total: number, x: number) => total + x;
const squares = (total: number, x: number) => total + x * x;

const reductions: Readonly<Record<string, Reduction>> = {
  ReduceSum: { start: 0, join: sum, integers: true },
  ReduceMean: { start: 0, join: sum, end: (total, count) => total / count, needsValues: true },
  ReduceL1: { start: 0, join: (total, x) => total + Math.abs(x), integers: true },
  ReduceL2: { start: 0, join: squares, end: Math.sqrt },
  ReduceSumSquare: { start: 0, join: squares, integers: true },
  ReduceLogSum: { start: 0, join: sum, end: Math.log },
  ReduceProd: { start: 1, join: (product, x) => product * x, integers: true },
  ReduceMax: { start: -Infinity, join: Math.max, integers: true, needsValues: true },
  ReduceMin: { start: Infinity, join: Math.min, integers: true, needsValues: true },
};

const reduces = (call: ConstantCall): ((axis: number) => boolean) | undefined => {
  const rank = call.type(0)?.dims.length ?? 0;
  const all = Array.from({ length: rank }, (_, axis) => axis);
  const none = integerAttribute(call.node, 'noop_with_empty_axes', 0) === 1;
  const axes = namedAxes(call, rank, none ? [] : all);
  return axes && ((axis) => axes.includes(axis));
};

function dimsOf(call: ConstantCall): readonly number[] | undefined {
  const gone = reduces(call);
  const dims = call.type(0)?.dims;
  if (gone === undefined || dims === undefined) return undefined;
  const keeps = integerAttribute(call.node, 'keepdims', 1) === 1;
  return dims.flatMap((size, axis) => (gone(axis) ? (keeps ? 1 : []) : size));
}

/** Sums are of float64 and rounded once, which is within the roundings of runtimes that sum in float32. */
function reduction({ start, join, end, integers = false, needsValues = false }: Reduction): ConstantOperator {
  return {
    dims: dimsOf,
    compute(call, dims) {
      const [x, gone] = [call.value(0), reduces(call)];
      if (x === undefined || gone === undefined || x.type === DataType.BOOL) return undefined;
      if (!isFloat(x.type) && !integers) return undefined;
      const joined = new Float64Array(sizeOf(dims)).fill(start);
      const count = x.values.length / joined.length;
      if (needsValues && !(count > 0)) return undefined;
      placesWithout(x.dims, gone).forEach((place, at) => {
        joined[place] = join(joined[place] as number, x.values[at] as number);
      });
      return ofType(x.type, dims, end === undefined ? joined : joined.map((one) => end(one, count)));
    },
  };
}

/** log Σ exp, around the largest value, so that nothing overflows. */
const logSumExp: ConstantOperator = {
  dims: dimsOf,
  compute(call, dims) {
    const [x, gone] = [call.value(0), reduces(call)];
    if (x === undefined || gone === undefined || !isFloat(x.type)) return undefined;
    const places = placesWithout(x.dims, gone);
    const most = new Float64Array(sizeOf(dims)).fill(-Infinity);
    const sums = new Float64Array(most.length);
    places.forEach((place, at) => (most[place] = Math.max(most[place] as number, x.values[at] as number)));
    places.forEach((place, at) => {
      sums[place] = (sums[place] as number) + Math.exp((x.values[at] as number) - (most[place] as number));
    });
    return ofType(
      x.type,
      dims,
      sums.map((one, place) => Math.log(one) + (most[place] as number)),
    );
  },
};

export const reductionOperators: ReadonlyMap<string, ConstantOperator> = new Map([
  ...Object.entries(reductions).map(([op, one]) => [op, reduction(one)] as const),
  ['ReduceLogSumExp', logSumExp],
]);
