import type { ConstantType } from '../../graph/constant-value.js';
import { integerAttribute } from '../../graph/attributes.js';
import { DataType } from '../../schema/proto.js';
import type { ConstantCall, ConstantOperator } from './constant-call.js';
import { isFloat, ofType } from './of-type.js';
import { broadcastShape, spread } from './spread.js';

type Pair = (a: number, b: number) => number;

/** The types of all inputs that are given, and the shape that they are broadcast to; `undefined` where one is unknown or they do not fit. */
export function broadcastInputs({ node, type }: ConstantCall) {
  const types = node.input.map((_, input) => type(input));
  if (!types.every((one) => one !== undefined) || types.length === 0) return undefined;
  const dims = broadcastShape(...types.map((one) => one.dims));
  return dims && { types, dims };
}

/** An operator on values one by one, of inputs that are broadcast to one shape. */
function onPairs(
  pair: (call: ConstantCall) => Pair | undefined,
  { fits = sameNumbers, gives, mean = false }: PairFacts = {},
): ConstantOperator {
  return {
    dims: (call) => broadcastInputs(call)?.dims,
    compute(call, dims) {
      const types = broadcastInputs(call)?.types;
      const join = pair(call);
      const [first] = types ?? [];
      if (types === undefined || first === undefined || join === undefined || !fits(types)) return undefined;
      const parts = call.node.input.map((_, input) => spreadInput(call, input, dims));
      if (!parts.every((part) => part !== undefined)) return undefined;
      const round = rounding(gives ?? first.type);
      const joined = parts
        .slice(1)
        .reduce<Float64Array>(
          (sum, part) => sum.map((value, at) => round(join(value, part[at] as number))),
          Float64Array.from(parts[0] as ArrayLike<number>),
        );
      const values = mean ? joined.map((value) => value / parts.length) : joined;
      return ofType(gives ?? first.type, dims, values);
    },
  };
}

/** Sums of several are rounded after each. */
const rounding = (type: DataType): ((value: number) => number) =>
  type === DataType.FLOAT ? Math.fround : (value) => value;

interface PairFacts {
  readonly fits?: (types: readonly ConstantType[]) => boolean;
  /** The type of the result, where it is not that of the first input. */
  readonly gives?: DataType;
  readonly mean?: boolean;
}

function spreadInput(call: ConstantCall, input: number, dims: readonly number[]) {
  const value = call.value(input);
  return value && spread(value.values, value.dims, dims);
}

const sameType = (types: readonly ConstantType[]) => types.every(({ type }) => type === types[0]?.type);
const isBoolean = ({ type }: ConstantType) => type === DataType.BOOL;
const sameNumbers = (types: readonly ConstantType[]) => sameType(types) && !types.some(isBoolean);
const booleans = (types: readonly ConstantType[]) => types.every(isBoolean);
/** The exponent may have a type of its own. */
const powers = (types: readonly ConstantType[]) => types.length === 2 && !types.some(isBoolean);

const plain = (pair: Pair, facts?: PairFacts): ConstantOperator => onPairs(() => pair, facts);
const truth = (test: (a: number, b: number) => boolean, fits: PairFacts['fits'] = sameType) =>
  plain((a, b) => Number(test(a, b)), { fits, gives: DataType.BOOL });

export const pairOperators: ReadonlyMap<string, ConstantOperator> = new Map([
  ['Add', plain((a, b) => a + b)],
  ['Sub', plain((a, b) => a - b)],
  ['Mul', plain((a, b) => a * b)],
  [
    'Div',
    onPairs((call) => (isFloat(call.type(0)?.type ?? 0) ? (a, b) => a / b : (a, b) => Math.trunc(a / b))),
  ],
  ['Pow', plain(Math.pow, { fits: powers })],
  ['Mod', onPairs(({ node }) => (integerAttribute(node, 'fmod', 0) === 1 ? (a, b) => a % b : flooredMod))],
  ['Max', plain(Math.max)],
  ['Min', plain(Math.min)],
  ['Sum', plain((a, b) => a + b)],
  ['Mean', plain((a, b) => a + b, { mean: true })],
  ['PRelu', plain((a, slope) => (a < 0 ? a * slope : a))],
  ['Equal', truth((a, b) => a === b)],
  ['Greater', truth((a, b) => a > b)],
  ['GreaterOrEqual', truth((a, b) => a >= b)],
  ['Less', truth((a, b) => a < b)],
  ['LessOrEqual', truth((a, b) => a <= b)],
  ['And', truth((a, b) => a !== 0 && b !== 0, booleans)],
  ['Or', truth((a, b) => a !== 0 || b !== 0, booleans)],
  ['Xor', truth((a, b) => (a !== 0) !== (b !== 0), booleans)],
]);

/** With the sign of the divisor, as `Mod` has it for integers. */
const flooredMod: Pair = (a, b) => a - b * Math.floor(a / b);
