import { integerAttribute } from '../graph/attributes.js';
import type { NodeProto } from '../schema/proto.js';
import {
  type ChannelRuns,
  type FeatureAxes,
  type Geometry,
  type InputRows,
  type OutputPlace,
  type ReadAxes,
  type WeightInput,
  vector,
} from './operator.js';

/** Whether an attribute that is 0 by default is something else. */
export const isSet = (node: NodeProto, name: string): boolean => integerAttribute(node, name, 0) !== 0;

/** Whether the second factor is transposed. */
export const isFlipped = (node: NodeProto): boolean => isSet(node, 'transB');

/** Whether the first factor is transposed. */
export const isTurned = (node: NodeProto): boolean => isSet(node, 'transA');

/** A matrix whose axis `output` holds the output channels. */
export const matrix =
  (output: 0 | 1): ReadAxes =>
  (shape) =>
    shape.length === 2 ? { shape, outputAxes: [output], inputAxis: 1 - output } : vector;

/** The axes of a product [batch…, rows, columns]: a first factor gives the rows, a second one the columns. */
export function productFeatures(_: NodeProto, { rank, weight }: OutputPlace): FeatureAxes {
  if (weight !== 0) return { batch: 0, channels: [rank - 1] };
  return { batch: rank === 2 ? 1 : 0, channels: [rank - 2] };
}

/**
 * The rows of the factor beside a weight that is a matrix: along its last axis where it is the first factor, else along the
 * axis before; the other way round where it is transposed.
 */
export function factorRows(node: NodeProto, { input, dims }: WeightInput): InputRows | string {
  if (dims.length !== 2) return 'it is a batch of matrices';
  const [other, isOtherTransposed] = input === 1 ? [0, isTurned(node)] : [1, isFlipped(node)];
  const axis = (input === 1) === isOtherTransposed ? -2 : -1;
  return { kind: 'axis', value: node.input[other] ?? '', axis };
}

/**
 * Where numbers are added to the output channels of a factor that is a matrix: to the columns of the product, to its rows for the first
 * factor.
 */
export function factorBias({ input, dims }: WeightInput): { readonly axis: number } | string {
  return dims.length === 2 ? { axis: input === 1 ? -1 : -2 } : 'it is a batch of matrices';
}

/** The weights of a matrix [rows, columns] with a channel a column. */
export const alongColumns = (columns: number): ChannelRuns => ({
  length: columns,
  step: 1,
  channelOf: () => 0,
});

/**
 * The product with a matrix [products, outputs]; `undefined` for more axes.
 *
 * @param flipped Whether it is [outputs, products].
 */
export function matrixGeometry(
  op: 'MatMul' | 'Gemm',
  shape: readonly number[],
  flipped: boolean,
): Geometry | undefined {
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2) return undefined;
  const [products, outputs] = flipped ? [columns, rows] : [rows, columns];
  return { op, products, outputs, inputs: products, gathers: false, axes: 0, depthwise: false };
}
