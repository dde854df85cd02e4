import type { NodeProto } from '../../schema/proto.js';
import { integerAttribute } from '../../graph/attributes.js';
import { skipReasons } from '../skip-reasons.js';
import type { ReadAxes } from '../trace-weight.js';
import type { WeightOperator } from './weight-operator.js';

/** Y = A·B: B is [K, N], or [N, K] with `transB`; a constant A is [M, K], or [K, M] with `transA`. */
export const gemm: WeightOperator = {
  takes: 'one',
  roles: (node) => [
    { input: 1, kernel: 'kernel', axes: matrix(isSet(node, 'transB') ? 0 : 1) },
    { input: 0, kernel: 'kernel', axes: matrix(isSet(node, 'transA') ? 1 : 0) },
  ],
};

const isSet = (node: NodeProto, name: string): boolean => integerAttribute(node, name, 0) !== 0;

/** A matrix whose axis `output` holds the output channels. */
const matrix =
  (output: 0 | 1): ReadAxes =>
  (shape) =>
    shape.length === 2 ? { shape, outputAxes: [output], inputAxis: 1 - output } : skipReasons.vector;
