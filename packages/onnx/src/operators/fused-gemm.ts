import { attributeOf } from '../graph/attributes.js';
import { runtimeDomain } from '../target/versions.js';
import { isFlipped, isTurned, matrix, productFeatures, factorRows } from './matrix.js';
import type { Operator } from './operator.js';

/** Y = activation(A·B + C): B is [K, N], or [N, K] with `transB`; a constant A is [M, K], or [K, M] with `transA`. */
export const fusedGemm: Operator = {
  names: ['FusedGemm', 'GemmFastGelu'],
  domain: runtimeDomain.name,
  takes: 'one',
  roles: (node) => [
    { input: 1, kernel: 'kernel', axes: matrix(isFlipped(node) ? 0 : 1) },
    { input: 0, kernel: 'kernel', axes: matrix(isTurned(node) ? 1 : 0) },
  ],
  features: productFeatures,
  products: ({ inputAxis, shape }) => (inputAxis === undefined ? undefined : shape[inputAxis]),
  product: {
    along: (node) => (isFlipped(node) ? 1 : 0),
    unfit: () => 'an activation',
  },
  inputRows: factorRows,
  floats: (node) =>
    `only a constant second factor and common activations have an integer form; a Gemm and the activation behind it in the place of ${node.opType} have`,
  bias(node, { input }) {
    if (input !== 1) return 'its channels are rows, which FusedGemm adds nothing to';
    const factor = (name: string) => attributeOf(node, name)?.f ?? 1;
    const [alpha, beta] = [factor('alpha'), factor('beta')];
    return beta === 0 ? 'its layer leaves its bias out' : { input: 2, alpha, beta };
  },
  samples: [
    {
      attributes: { activation: 'Relu' },
      inputs: { x: [3, 32], w: [32, 40], bias: [40] },
      output: [3, 40],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      attributes: { activation: 'LeakyRelu', activation_alpha: { float: 0.1 }, transB: 1 },
      inputs: { x: [3, 32], w: [40, 32] },
      output: [3, 40],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      attributes: { activation: 'Relu', transA: 1 },
      inputs: { w: [32, 40], x: [32, 7] },
      output: [40, 7],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      name: 'GemmFastGelu',
      inputs: { x: [2, 3, 32], w: [32, 40], bias: [40] },
      output: [2, 3, 40],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
      runs: false,
    },
  ],
};
