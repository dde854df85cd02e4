import type { Ops } from '@lowbit/core/adapter';
import { DataType } from '../schema/proto.js';
import type { GraphBuilder } from './graph-builder.js';
import { floatValue, type GraphValue, maskValue, ownValue } from './graph-value.js';
import { clipTakesInputs, reductionsTakeInputs } from '../target/versions.js';

/**
 * The interpreter of quantizer arithmetic that writes standard ONNX operators: each call adds nodes, which compute the
 * result in float32. Works for operator set 9 and newer. What is no value of this graph is `plugin-failed`.
 */
export function onnxOps(builder: GraphBuilder): Ops<GraphValue> {
  const { opset, node } = builder;
  const floats = (value: GraphValue) => ownValue(builder, value).floats();
  const made = (op: string, ...values: readonly GraphValue[]) =>
    floatValue(builder, node(op, values.map(floats)));
  const number = (value: number) => builder.constant(DataType.FLOAT, [], [value]);
  const where = (mask: string, yes: string, no: string) =>
    floatValue(builder, node('Where', [mask, yes, no]));
  const ops: Ops<GraphValue> = {
    constant: (value) =>
      floatValue(
        builder,
        typeof value === 'number'
          ? number(value)
          : builder.constant(DataType.FLOAT, value.shape, Float32Array.from(value.data)),
      ),
    add: (a, b) => made('Add', a, b),
    sub: (a, b) => made('Sub', a, b),
    mul: (a, b) => made('Mul', a, b),
    div: (a, b) => made('Div', a, b),
    abs: (a) => made('Abs', a),
    sqrt: (a) => made('Sqrt', a),
    tanh: (a) => made('Tanh', a),
    // The operator Sign gives 0 for 0. NaN becomes +1 here.
    sign: (a) => where(node('Less', [floats(a), number(0)]), number(-1), number(1)),
    // The operator Round rounds ties to even.
    round: (a) => (opset < clipTakesInputs ? roundByFloor(ops, a) : made('Round', a)),
    floor: (a) => made('Floor', a),
    clip: (a, low, high) => floatValue(builder, clip(builder, floats(a), low, high)),
    greater: (a, b) => maskValue(builder, node('Greater', [floats(a), floats(b)])),
    where: (mask, yes, no) => where(ownValue(builder, mask).booleans(), floats(yes), floats(no)),
    mean: (a, axes) => floatValue(builder, mean(builder, floats(a), axes)),
    max: (a, axes) => floatValue(builder, reduce(builder, 'ReduceMax', floats(a), axes)),
  };
  return ops;
}

function clip({ opset, node, constant }: GraphBuilder, value: string, low: number, high: number): string {
  if (opset < clipTakesInputs) return node('Clip', [value], { min: { float: low }, max: { float: high } });
  const bounds = [low, high].map((bound) => constant(DataType.FLOAT, [], [bound]));
  return node('Clip', [value, ...bounds]);
}

/**
 * The runtime sums in the type of the values, one after the other: in float32 the mean of some ten thousand equal values
 * is off by 1e-4 of itself, so that signs of residuals would differ. In float64 it is exact. The WebGPU provider sums in
 * parallel, and refuses sessions with casts to float64 (onnxruntime-web 1.30): there means are of float32.
 */
function mean(builder: GraphBuilder, value: string, axes?: readonly number[]): string {
  if (builder.sums === 'float32') return reduce(builder, 'ReduceMean', value, axes);
  const wide = builder.node('Cast', [value], { to: DataType.DOUBLE });
  const reduced = reduce(builder, 'ReduceMean', wide, axes);
  return builder.node('Cast', [reduced], { to: DataType.FLOAT });
}

/** Reduces over the axes, by default all of them, which stay with length 1. */
function reduce(
  { opset, node, constant }: GraphBuilder,
  op: string,
  value: string,
  axes?: readonly number[],
): string {
  const keepdims = 1;
  if (axes === undefined) return node(op, [value], { keepdims });
  if (axes.length === 0) return value;
  if (opset < reductionsTakeInputs) return node(op, [value], { axes, keepdims });
  return node(op, [value, constant(DataType.INT64, [axes.length], axes)], { keepdims });
}

/** From here on every float32 is an integer, infinities among them, which have no rest. */
const allIntegers = 2 ** 23;

/** Rounds to the nearest integer, ties to even, for operator sets that have no `Round`. Exact for every float32. */
function roundByFloor<T>(ops: Ops<T>, a: T): T {
  const [none, half, one, two] = [0, 0.5, 1, 2].map((value) => ops.constant(value)) as [T, T, T, T];
  const whole = ops.floor(a);
  const rest = ops.sub(a, whole);
  const odd = ops.sub(whole, ops.mul(two, ops.floor(ops.mul(whole, half))));
  const upToHalf = ops.where(ops.greater(half, rest), none, odd);
  const rounded = ops.add(whole, ops.where(ops.greater(rest, half), one, upToHalf));
  return ops.where(ops.greater(ops.constant(allIntegers), ops.abs(a)), rounded, a);
}
