import type { JsonValue } from '../model.js';
import type { Comparison } from '../layers/tensor-operation.js';
import { shapeOf, single, type Operation, type OperationRule, type Steps } from './operation.js';
import { isTensor } from './slice-operations.js';

/** Places of an axis beyond which they are no list to write down. */
const mostPlaces = 65536;

/** The axis that an operation names, from 0, and its size; undefined for that of the samples and for one that there is not. */
function axisOf({
  args,
  config,
}: Operation): { readonly axis: number; readonly size: number | null } | undefined {
  const shape = shapeOf(args[0]);
  const { axis: given = null } = config;
  if (shape === undefined || !Number.isSafeInteger(given)) return undefined;
  const axis = Number(given) < 0 ? Number(given) + shape.length : Number(given);
  return axis > 0 && axis < shape.length ? { axis, size: shape[axis]! } : undefined;
}

/** A layer that takes places of one axis, in any order and several times. */
function taken(args: readonly JsonValue[], axis: number, places: readonly number[]): Steps | undefined {
  return places.length > mostPlaces
    ? undefined
    : { args, steps: [{ className: 'TakePlaces', config: { axis, places } }] };
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

/** `ops.take(x, [0, 2], axis=1)`; places are counted from the end where they are negative. */
const take: OperationRule = (operation) => {
  const [x, list = null] = operation.args;
  const found = axisOf(operation);
  if (found?.size == null || !Array.isArray(list) || !list.every(isWhole)) return undefined;
  const places = list.map((place) => (place < 0 ? place + found.size! : place));
  const isInside = places.length > 0 && places.every((place) => place >= 0 && place < found.size!);
  return isInside ? taken([x!], found.axis, places) : undefined;
};

/** Every place so many times, one behind the other. */
const repeat: OperationRule = (operation) => {
  const found = axisOf(operation);
  const { repeats } = operation.config;
  if (found?.size == null || !isWhole(repeats) || repeats < 1 || repeats * found.size > mostPlaces)
    return undefined;
  const places = Array.from({ length: repeats * found.size }, (_, i) => Math.floor(i / repeats));
  return taken(operation.args, found.axis, places);
};

/** Places move on, and those at the end come first. */
const roll: OperationRule = (operation) => {
  const found = axisOf(operation);
  const { shift } = operation.config;
  if (found?.size == null || found.size > mostPlaces || !isWhole(shift)) return undefined;
  const { axis, size } = found;
  const places = Array.from({ length: size }, (_, i) => (((i - shift) % size) + size) % size);
  return taken(operation.args, axis, places);
};

/** Into equal parts, or at places. */
const split: OperationRule = (operation) => {
  const found = axisOf(operation);
  const { indices_or_sections: at = null } = operation.config;
  if (found?.size == null) return undefined;
  const { axis, size } = found;
  const parts = isWhole(at) && at > 0 && size % at === 0 ? Array<number>(at).fill(size / at) : undefined;
  const bounds = Array.isArray(at) && at.every(isWhole) ? [0, ...at, size] : undefined;
  const sizes = parts ?? bounds?.slice(1).map((bound, i) => bound - bounds[i]!);
  if (sizes === undefined || sizes.some((each) => each < 1)) return undefined;
  return single(operation, 'SplitAxis', { axis, sizes, drops_axis: false });
};

/** Every place by itself, without the axis. */
const unstack: OperationRule = (operation) => {
  const found = axisOf(operation);
  if (found?.size == null || found.size > mostPlaces) return undefined;
  const sizes = Array<number>(found.size).fill(1);
  return single(operation, 'SplitAxis', { axis: found.axis, sizes, drops_axis: true });
};

/** Tensors of as many axes each; undefined where one is none of them. */
function alike(values: readonly JsonValue[]): readonly JsonValue[] | undefined {
  const ranks = values.map((value) => (isTensor(value) ? shapeOf(value)?.length : undefined));
  return ranks.every((rank) => rank !== undefined && rank === ranks[0]) ? values : undefined;
}

const listed = (tensors: readonly JsonValue[]): readonly JsonValue[] =>
  tensors.length === 1 ? tensors : [tensors];

/** Two tensors, or a tensor and a number; `mirrored` where the number stands in front. */
const compared =
  (kind: Comparison, mirrored: Comparison): OperationRule =>
  ({ args: [first, second, ...others] }) => {
    if (first === undefined || second === undefined || others.length > 0) return undefined;
    const [tensor, number, own] =
      typeof first === 'number' ? [second, first, mirrored] : [first, second, kind];
    if (typeof number === 'number') return alike([tensor]) && comparison([tensor], own, number);
    const both = alike([first, second]);
    return both && comparison(both, kind, null);
  };

const comparison = (tensors: readonly JsonValue[], kind: Comparison, value: number | null): Steps => ({
  args: listed(tensors),
  steps: [{ className: 'CompareValues', config: { kind, value } }],
});

/** What is no zero is true. */
const not: OperationRule = ({ args }) => {
  const tensors = args.length === 1 ? alike(args) : undefined;
  return tensors && comparison(tensors, '==', 0);
};

/** `ops.where(condition, x, y)`, of tensors and numbers. */
const where: OperationRule = ({ args: [condition, ...values] }) => {
  if (condition === undefined || values.length !== 2) return undefined;
  const [when, otherwise] = values.map((value) => (typeof value === 'number' ? value : null));
  const tensors = alike([condition, ...values.filter((value) => typeof value !== 'number')]);
  return (
    tensors && {
      args: listed(tensors),
      steps: [{ className: 'SelectValues', config: { when: when!, otherwise: otherwise! } }],
    }
  );
};

/** Of two tensors, whose samples stay apart. */
const einsum: OperationRule = ({ args, config: { subscripts } }) => {
  const tensors = args.length === 2 ? alike([...args].slice(0, 1)) && args : undefined;
  const words =
    typeof subscripts === 'string'
      ? /^([a-z]+),([a-z]+)->([a-z]+)$/.exec(subscripts.replaceAll(' ', ''))
      : null;
  if (tensors === undefined || !tensors.every(isTensor) || words === null) return undefined;
  const terms = words.slice(1) as [string, string, string];
  const isOnce = terms.every((term) => new Set(term).size === term.length);
  const isPerSample = terms.every((term) => term[0] === terms[0][0]);
  const isGiven = [...terms[2]].every((letter) => terms[0].includes(letter) || terms[1].includes(letter));
  const fits = tensors.every((tensor, i) => shapeOf(tensor)?.length === terms[i]!.length);
  return isOnce && isPerSample && isGiven && fits
    ? summed(tensors, terms.slice(0, 2).join() + '->' + terms[2])
    : undefined;
};

const summed = (tensors: readonly JsonValue[], equation: string): Steps => ({
  args: [tensors],
  steps: [{ className: 'EinsumProduct', config: { equation } }],
});

/** Products of matrices, many for each sample: of the first axes, which both have, they stay apart. */
export const manyMatrices: OperationRule = ({ args }) => {
  const [left, right] = args.map(shapeOf);
  const rank = left?.length ?? 0;
  if (args.length !== 2 || rank < 4 || rank > 8 || right?.length !== rank) return undefined;
  const areApart = left!.slice(0, -2).every((size, axis) => size === right[axis]);
  const apart = 'abcdef'.slice(0, rank - 2);
  return areApart ? summed(args, `${apart}xy,${apart}yz->${apart}xz`) : undefined;
};

export const tensorRules: Readonly<Record<string, OperationRule>> = {
  ...{ Take: take, Repeat: repeat, Roll: roll, Split: split, Unstack: unstack, Where: where, Einsum: einsum },
  Greater: compared('>', '<'),
  GreaterEqual: compared('>=', '<='),
  Less: compared('<', '>'),
  LessEqual: compared('<=', '>='),
  Equal: compared('==', '=='),
  NotEqual: compared('!=', '!='),
  LogicalAnd: compared('and', 'and'),
  LogicalOr: compared('or', 'or'),
  LogicalNot: not,
};
