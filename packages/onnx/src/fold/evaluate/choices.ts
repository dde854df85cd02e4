import { attributeOf, integerAttribute } from '../../graph/attributes.js';
import { type ConstantValue, isFoldable } from '../../graph/constant-value.js';
import { DataType } from '../../schema/proto.js';
import { clipTakesInputs } from '../../target/versions.js';
import type { ConstantCall, ConstantOperator } from './constant-call.js';
import { isFloat, ofType } from './of-type.js';
import { broadcastInputs } from './pairs.js';
import { spread } from './spread.js';

/** Takes values of the second input where the first is true, else those of the third. */
export const where: ConstantOperator = {
  dims: (call) => broadcastInputs(call)?.dims,
  compute({ value }, dims) {
    const inputs = [value(0), value(1), value(2)];
    const [mask, yes, no] = inputs;
    if (mask?.type !== DataType.BOOL || yes === undefined || yes.type !== no?.type) return undefined;
    const [choose, one, other] = [mask, yes, no].map((part) => spread(part.values, part.dims, dims));
    const at = (_: unknown, i: number) => (choose?.[i] === 0 ? other?.[i] : one?.[i]) as number;
    return ofType(yes.type, dims, Array.from({ length: one?.length ?? 0 }, at));
  },
};

/** Bounds are attributes up to opset 10 and inputs from 11. */
export const clip: ConstantOperator = {
  dims: ({ type }) => type(0)?.dims,
  compute(call, dims) {
    const x = call.value(0);
    if (x === undefined || x.type === DataType.BOOL) return undefined;
    const [low, high] = [bound(call, 1, 'min'), bound(call, 2, 'max')];
    const cut = (one: number) => Math.min(Math.max(one, low ?? -Infinity), high ?? Infinity);
    return ofType(x.type, dims, Array.from(x.values, cut));
  },
};

const bound = ({ node, opset, value }: ConstantCall, input: number, name: string): number | undefined =>
  opset < clipTakesInputs ? attributeOf(node, name)?.f : value(input)?.values[0];

/** Floats that become integers lose their fraction. */
export const cast: ConstantOperator = {
  dims: ({ type }) => type(0)?.dims,
  compute: ({ node, value }) => castTo(value(0), integerAttribute(node, 'to', 0)),
};

/** As {@link cast}, to the type of the second input. */
export const castLike: ConstantOperator = {
  dims: ({ type }) => type(0)?.dims,
  compute: ({ type, value }) => castTo(value(0), type(1)?.type ?? 0),
};

function castTo(value: ConstantValue | undefined, type: DataType): ConstantValue | undefined {
  if (value === undefined || !isFoldable(type)) return undefined;
  const { dims, values } = value;
  if (isFloat(type)) return ofType(type, dims, values);
  return ofType(
    type,
    dims,
    Array.from(values, type === DataType.BOOL ? (one) => Number(one !== 0) : Math.trunc),
  );
}
