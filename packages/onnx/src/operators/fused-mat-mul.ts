import { attributeOf } from '../graph/attributes.js';
import type { NodeProto } from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';
import { isFlipped, isSet, isTurned, productFeatures, factorBias, factorRows } from './matrix.js';
import { type Operator, type ReadAxes, vector } from './operator.js';

/**
 * Y = alpha · A·B, where either may be transposed in its last two axes, and hold the first of these in front of the axes of
 * the batch (`transBatch`, onnxruntime/core/providers/cpu/math/matmul_helper.h).
 */
export const fusedMatMul: Operator = {
  names: ['FusedMatMul', 'TransposeMatMul'],
  domain: runtimeDomain.name,
  takes: 'one',
  roles: (node) => [
    { input: 1, kernel: 'kernel', axes: factor('columns', isFlipped(node), isSet(node, 'transBatchB')) },
    { input: 0, kernel: 'kernel', axes: factor('rows', isTurned(node), isSet(node, 'transBatchA')) },
  ],
  features: productFeatures,
  products: ({ inputAxis, shape }) => (inputAxis === undefined ? undefined : shape[inputAxis]),
  product: { along: (node) => (isFlipped(node) ? 1 : 0), unfit },
  inputRows: (node, weight) =>
    isSet(node, 'transBatchA') || isSet(node, 'transBatchB')
      ? 'its batch is transposed'
      : factorRows(node, weight),
  floats: (node) => {
    const moved = ['transA', 'transBatchA', 'transBatchB'].find((name) => isSet(node, name));
    return moved === undefined
      ? 'only a product with a constant matrix as the second factor has an integer form'
      : `a product with ${moved} has no integer form; a Transpose in front of a MatMul has`;
  },
  bias(node, weight) {
    const place = factorBias(weight);
    return typeof place === 'string' ? place : { ...place, alpha: attributeOf(node, 'alpha')?.f ?? 1 };
  },
  samples: [
    {
      inputs: { x: [2, 3, 32], w: [32, 40] },
      output: [2, 3, 40],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      attributes: { transA: 1, transB: 1, alpha: { float: 0.5 } },
      inputs: { x: [2, 32, 3], w: [40, 32] },
      output: [2, 3, 40],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      attributes: { transB: 1, transBatchB: 1 },
      inputs: { x: [2, 3, 5, 24], w: [16, 2, 3, 24] },
      output: [2, 3, 5, 16],
      weights: { w: { outputAxes: [0, 1, 2], inputAxis: 3 } },
    },
    {
      attributes: { transBatchA: 1 },
      inputs: { w: [20, 3, 24], x: [3, 24, 5] },
      output: [3, 20, 5],
      weights: { w: { outputAxes: [0, 1], inputAxis: 2 } },
    },
    {
      name: 'TransposeMatMul',
      attributes: { transA: 1 },
      inputs: { w: [24, 20], x: [24, 5] },
      output: [20, 5],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
  ],
};

/** A first factor gives the rows of the product, a second one the columns. */
const factor =
  (gives: 'rows' | 'columns', turned: boolean, batchBehind: boolean): ReadAxes =>
  (shape) => {
    const batch = shape.length - 2;
    if (batch < 0) return vector;
    const leading = batchBehind ? 0 : batch;
    const batchAxes = Array.from({ length: batch }, (_, axis) => (batchBehind ? axis + 1 : axis));
    const [rows, columns] = turned ? [batch + 1, leading] : [leading, batch + 1];
    const [outputAxis, inputAxis] = gives === 'columns' ? [columns, rows] : [rows, columns];
    return { shape, outputAxes: [...batchAxes, outputAxis].sort((a, b) => a - b), inputAxis };
  };

function unfit(node: NodeProto): string | undefined {
  const turned = ['transA', 'transBatchA', 'transBatchB'].find((name) => isSet(node, name));
  if (turned !== undefined) return turned;
  const alpha = attributeOf(node, 'alpha')?.f ?? 1;
  return alpha === 1 ? undefined : `alpha ${alpha}`;
}
