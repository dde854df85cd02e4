import { sizeOf } from '@lowbit/core/adapter';
import { hasReferences } from '../../graph/attributes.js';
import type { ConstantValue } from '../../graph/constant-value.js';
import { domainName, standardDomain } from '../../model/model.js';
import type { NodeProto } from '../../schema/proto.js';
import { cast, castLike, clip, where } from './choices.js';
import type { ConstantCall, ConstantOperator } from './constant-call.js';
import { constantOfShape, expand, eyeLike, range, shape, size, tile, trilu } from './fills.js';
import { moved, movedShape } from './moved.js';
import { normalizationOperators } from './normalizations.js';
import { pairOperators } from './pairs.js';
import { cumSum, flatten, pad, unchanged } from './places.js';
import { gemm, matMul } from './products.js';
import { reductionOperators } from './reductions.js';
import { singleOperators } from './singles.js';

const operators: ReadonlyMap<string, ConstantOperator> = new Map([
  ...pairOperators,
  ...singleOperators,
  ...reductionOperators,
  ...normalizationOperators,
  ['Cast', cast],
  ['CastLike', castLike],
  ['Clip', clip],
  ['ConstantOfShape', constantOfShape],
  ['CumSum', cumSum],
  ['Dropout', unchanged],
  ['Expand', expand],
  ['EyeLike', eyeLike],
  ['Flatten', flatten],
  ['Gemm', gemm],
  ['MatMul', matMul],
  ['Pad', pad],
  ['Range', range],
  ['Shape', shape],
  ['Size', size],
  ['Tile', tile],
  ['Trilu', trilu],
  ['Where', where],
]);

/** The operators that do more than moving values. */
export const computedOperators: readonly string[] = [...operators.keys()];

/** Operators that only move values, and may have several outputs. */
const moving: ReadonlySet<string> = new Set([
  'Concat',
  'Gather',
  'Identity',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Whether a node on constants is one that {@link evaluate} knows. */
export const isEvaluated = (node: NodeProto): boolean =>
  domainName(node.domain) === standardDomain &&
  (operators.has(node.opType) || moving.has(node.opType)) &&
  !hasReferences(node);

/** Whether an operator that is known does more than moving values. */
export const computes = (node: NodeProto): boolean => isEvaluated(node) && operators.has(node.opType);

/** How many values a node on constants gives, all outputs together, found without computing them; `undefined` where its inputs do not fit. */
export function resultSize(call: ConstantCall): number | undefined {
  const { node } = call;
  const operator = operators.get(node.opType);
  const shapes = operator ? [operator.dims(call)] : node.output.map((_, at) => movedShape(call, at)?.shape);
  const known = shapes.flatMap((dims) => (dims === undefined ? [] : sizeOf(dims)));
  return known.length < shapes.length ? undefined : known.reduce((sum, one) => sum + one, 0);
}

/** The outputs of a standard operator on constants, or `undefined` where it is not known or does not fit. */
export function evaluate(call: ConstantCall): readonly ConstantValue[] | undefined {
  const { node } = call;
  if (!isEvaluated(node)) return undefined;
  const operator = operators.get(node.opType);
  if (operator !== undefined) {
    const dims = operator.dims(call);
    const value = dims && operator.compute(call, dims);
    return value && [value];
  }
  const outputs = node.output.map((_, at) => moved(call, at));
  return outputs.every((output) => output !== undefined) ? outputs : undefined;
}
