import { sizeOf } from '@lowbit/core/adapter';
import { attributeOf, integerAttribute, integersAttribute } from '../../graph/attributes.js';
import { fromFront } from '../../operators/moves/chain-operator.js';
import { placesWithout } from './axes.js';
import type { ConstantCall, ConstantOperator } from './constant-call.js';
import { isFloat, ofType } from './of-type.js';
import { spread } from './spread.js';

/** From here on they are along one axis; before, along all from it on. */
const softmaxAlongOne = 13;

/** Values that are normalized together: the places of their groups. */
type Groups = (call: ConstantCall, dims: readonly number[]) => ((axis: number) => boolean) | undefined;

/** An operator that looks at groups of values, in float64, rounded once. */
function onGroups(
  groups: Groups,
  normalize: (
    call: ConstantCall,
    values: Float64Array,
    places: Int32Array,
    count: number,
  ) => Float64Array | undefined,
): ConstantOperator {
  return {
    dims: ({ type }) => type(0)?.dims,
    compute(call, dims) {
      const [x, together] = [call.value(0), groups(call, dims)];
      const single = call.node.output.slice(1).every((name) => name === '');
      if (x === undefined || !isFloat(x.type) || together === undefined || !single) return undefined;
      const count = sizeOf(dims.map((size, axis) => (together(axis) ? 1 : size)));
      const values = normalize(call, Float64Array.from(x.values), placesWithout(dims, together), count);
      return values && ofType(x.type, dims, values);
    },
  };
}

/** What each group adds up to. */
function sums(values: Float64Array, places: Int32Array, count: number): Float64Array {
  const totals = new Float64Array(count);
  values.forEach((value, at) => {
    const place = places[at] as number;
    totals[place] = (totals[place] as number) + value;
  });
  return totals;
}

/** Values less the mean of their group, over its deviation. */
function standardized(
  values: Float64Array,
  places: Int32Array,
  count: number,
  epsilon: number,
): Float64Array {
  const size = values.length / count;
  const means = sums(values, places, count);
  const centred = values.map((value, at) => value - (means[places[at] as number] as number) / size);
  const squares = sums(
    centred.map((value) => value * value),
    places,
    count,
  );
  return centred.map(
    (value, at) => value / Math.sqrt((squares[places[at] as number] as number) / size + epsilon),
  );
}

const alongAxis: Groups = ({ node, opset }, dims) => {
  const one = opset >= softmaxAlongOne;
  const axis = fromFront(integerAttribute(node, 'axis', one ? -1 : 1), dims.length);
  return axis === undefined ? undefined : (other) => (one ? other === axis : other >= axis);
};

const fromAxis: Groups = ({ node }, dims) => {
  const axis = fromFront(integerAttribute(node, 'axis', -1), dims.length);
  return axis === undefined ? undefined : (other) => other >= axis;
};

const softmax = (log: boolean) =>
  onGroups(alongAxis, (_, values, places, count) => {
    const most = new Float64Array(count).fill(-Infinity);
    places.forEach((place, at) => (most[place] = Math.max(most[place] as number, values[at] as number)));
    const lower = values.map((value, at) => value - (most[places[at] as number] as number));
    const totals = sums(lower.map(Math.exp), places, count);
    const total = (at: number) => totals[places[at] as number] as number;
    return lower.map((value, at) => (log ? value - Math.log(total(at)) : Math.exp(value) / total(at)));
  });

const epsilonOf = ({ node }: ConstantCall, fallback = 1e-5): number =>
  attributeOf(node, 'epsilon')?.f ?? fallback;

/** Values times `scale` plus `shift`, both inputs that are broadcast or left out. */
function scaled(
  call: ConstantCall,
  values: Float64Array,
  dims: readonly number[],
  view = (one: readonly number[]) => one,
) {
  const [scale, shift] = [1, 2].map((input) => {
    const value = call.value(input);
    return value && spread(value.values, view(value.dims), dims);
  });
  return values.map((value, at) => value * (scale?.[at] ?? 1) + (shift?.[at] ?? 0));
}

const layerNormalization = onGroups(fromAxis, (call, values, places, count) => {
  const dims = call.type(0)?.dims ?? [];
  return scaled(call, standardized(values, places, count, epsilonOf(call)), dims);
});

/** Each channel of each sample by itself. */
const instanceNormalization = onGroups(
  () => (axis) => axis >= 2,
  (call, values, places, count) => {
    const dims = call.type(0)?.dims ?? [];
    const behind = dims.slice(2).map(() => 1);
    return scaled(call, standardized(values, places, count, epsilonOf(call)), dims, (one) => [
      ...one,
      ...behind,
    ]);
  },
);

const meanVarianceNormalization = onGroups(
  ({ node }, dims) => {
    const axes = (integersAttribute(node, 'axes') ?? [0, 2, 3]).map((axis) => fromFront(axis, dims.length));
    return axes.includes(undefined) ? undefined : (axis) => axes.includes(axis);
  },
  (_, values, places, count) => standardized(values, places, count, 1e-9),
);

/** Values over the norm of their line. A line without any stays 0. */
const lpNormalization = onGroups(
  ({ node }, dims) => {
    const along = fromFront(integerAttribute(node, 'axis', -1), dims.length);
    return (axis) => axis === along;
  },
  ({ node }, values, places, count) => {
    const absolute = integerAttribute(node, 'p', 2) === 1;
    const totals = sums(values.map(absolute ? Math.abs : (value) => value * value), places, count);
    const norms = absolute ? totals : totals.map(Math.sqrt);
    return values.map((value, at) => value / ((norms[places[at] as number] as number) || 1));
  },
);

/** By the mean and variance of each channel that are given, as at run time. */
const batchNormalization: ConstantOperator = {
  dims: ({ type }) => type(0)?.dims,
  compute(call, dims) {
    const x = call.value(0);
    const training = integerAttribute(call.node, 'training_mode', 0) !== 0;
    const parts = [1, 2, 3, 4].map((input) => call.value(input)?.values);
    if (x === undefined || !isFloat(x.type) || training || call.node.output.length > 1) return undefined;
    if (!parts.every((part) => part?.length === dims[1])) return undefined;
    const after = sizeOf(dims.slice(2));
    const [gamma, beta, mean, variance] = parts as [Float32Array, Float32Array, Float32Array, Float32Array];
    const values = Float64Array.from(x.values, (value, at) => {
      const c = Math.floor(at / after) % (dims[1] as number);
      const scale = (gamma[c] as number) / Math.sqrt((variance[c] as number) + epsilonOf(call));
      return (value - (mean[c] as number)) * scale + (beta[c] as number);
    });
    return ofType(x.type, dims, values);
  },
};

export const normalizationOperators: ReadonlyMap<string, ConstantOperator> = new Map([
  ['Softmax', softmax(false)],
  ['LogSoftmax', softmax(true)],
  ['LayerNormalization', layerNormalization],
  ['InstanceNormalization', instanceNormalization],
  ['MeanVarianceNormalization', meanVarianceNormalization],
  ['LpNormalization', lpNormalization],
  ['BatchNormalization', batchNormalization],
]);
