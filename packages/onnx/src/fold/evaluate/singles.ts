import { attributeOf } from '../../graph/attributes.js';
import { DataType, type NodeProto, textOf } from '../../schema/proto.js';
import type { ConstantOperator } from './constant-call.js';
import { isFloat, ofType } from './of-type.js';

type Single = (x: number) => number;

/** An operator on values one by one, by the attributes of its node. */
function onSingles(
  make: (node: NodeProto) => Single,
  { integers = false, gives }: { readonly integers?: boolean; readonly gives?: DataType } = {},
): ConstantOperator {
  return {
    dims: ({ type }) => type(0)?.dims,
    compute({ node, value }, dims) {
      const x = value(0);
      if (x === undefined || !(isFloat(x.type) || (integers && x.type !== DataType.BOOL))) return undefined;
      return ofType(gives ?? x.type, dims, Float64Array.from(x.values, make(node)));
    },
  };
}

const plain = (single: Single): ConstantOperator => onSingles(() => single);
const withIntegers = (single: Single): ConstantOperator => onSingles(() => single, { integers: true });
const truth = (test: (x: number) => boolean) =>
  onSingles(() => (x) => Number(test(x)), { gives: DataType.BOOL });
const sigmoid: Single = (x) => 1 / (1 + Math.exp(-x));
const softplus: Single = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** An attribute that is a float, as the file holds it: rounded to float32. */
const factor = (node: NodeProto, name: string, fallback: number): number =>
  attributeOf(node, name)?.f ?? Math.fround(fallback);

const withFactors =
  (
    names: Readonly<Record<string, number>>,
    single: (x: number, ...factors: readonly number[]) => number,
  ): ((node: NodeProto) => Single) =>
  (node) => {
    const factors = Object.entries(names).map(([name, fallback]) => factor(node, name, fallback));
    return (x) => single(x, ...factors);
  };

function gelu(node: NodeProto): Single {
  const tanh = textOf(attributeOf(node, 'approximate')?.s ?? new Uint8Array()) === 'tanh';
  return tanh
    ? (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
    : (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
}

const celu = (x: number, alpha = 1): number => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha));
const selu = (x: number, alpha = 1, gamma = 1): number => gamma * (x > 0 ? x : alpha * Math.expm1(x));
const hardSigmoid = (x: number, alpha = 0, beta = 0): number => Math.max(0, Math.min(1, alpha * x + beta));
const shrink = (x: number, bias = 0, lambda = 0): number =>
  x < -lambda ? x + bias : x > lambda ? x - bias : 0;

const not: ConstantOperator['compute'] = ({ value }, dims) => {
  const x = value(0);
  return x?.type === DataType.BOOL
    ? ofType(
        x.type,
        dims,
        Array.from(x.values, (one) => Number(one === 0)),
      )
    : undefined;
};

/** The nearest integer, ties to the even one. */
function halfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest < 0.5 ? floor : floor + 1;
}

/** Beyond it erf is 1 in float32. */
const outermost = 4;

/**
 * The error function 2 / √π · ∫₀ˣ exp(−t²) dt by its Taylor series (Abramowitz and Stegun 7.1.5), which keeps 10 digits up to 4.
 */
function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > outermost) return Math.sign(x);
  let [sum, power] = [0, x];
  for (let n = 0; n < 100 && Math.abs(power) > 1e-18; n++) {
    sum += power / (2 * n + 1);
    power *= -(x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export const singleOperators: ReadonlyMap<string, ConstantOperator> = new Map([
  ...(['Sqrt', 'Exp', 'Log', 'Floor', 'Ceil', 'Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan'] as const).map(
    (op) => [op, plain(Math[op.toLowerCase() as 'sqrt'])] as const,
  ),
  ...(['Sinh', 'Cosh', 'Tanh', 'Asinh', 'Acosh', 'Atanh'] as const).map(
    (op) => [op, plain(Math[op.toLowerCase() as 'sinh'])] as const,
  ),
  ['Neg', withIntegers((x) => -x)],
  ['Abs', withIntegers(Math.abs)],
  ['Sign', withIntegers(Math.sign)],
  ['Relu', withIntegers((x) => (x < 0 ? 0 : x))],
  ['Reciprocal', plain((x) => 1 / x)],
  ['Round', plain(halfToEven)],
  ['Erf', plain(erf)],
  ['Sigmoid', plain(sigmoid)],
  ['Softplus', plain(softplus)],
  ['Softsign', plain((x) => x / (1 + Math.abs(x)))],
  ['HardSwish', plain((x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)))],
  ['Mish', plain((x) => x * Math.tanh(softplus(x)))],
  ['Swish', onSingles(withFactors({ alpha: 1 }, (x, alpha) => x * sigmoid((alpha as number) * x)))],
  ['Gelu', onSingles(gelu)],
  ['LeakyRelu', onSingles(withFactors({ alpha: 0.01 }, (x, alpha) => (x < 0 ? (alpha as number) * x : x)))],
  ['ThresholdedRelu', onSingles(withFactors({ alpha: 1 }, (x, alpha) => (x > (alpha as number) ? x : 0)))],
  [
    'Elu',
    onSingles(withFactors({ alpha: 1 }, (x, alpha) => (x < 0 ? (alpha as number) * Math.expm1(x) : x))),
  ],
  ['Celu', onSingles(withFactors({ alpha: 1 }, celu))],
  [
    'Selu',
    onSingles(withFactors({ alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875 }, selu)),
  ],
  ['HardSigmoid', onSingles(withFactors({ alpha: 0.2, beta: 0.5 }, hardSigmoid))],
  ['Shrink', onSingles(withFactors({ bias: 0, lambd: 0.5 }, shrink))],
  ['IsNaN', truth(Number.isNaN)],
  ['Not', { dims: ({ type }) => type(0)?.dims, compute: not }],
]);
