import { attributeOf } from '../graph/attributes.js';
import type { NodeProto } from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';
import { matrix, matrixGeometry } from './matrix.js';
import type { Operator } from './operator.js';

const columns = { outputAxes: [1], inputAxis: 0 };

/** Queries, keys and values by one product: the weight is [inputs, hidden + hidden + hidden of values]. */
export const attention: Operator = {
  names: ['Attention'],
  domain: runtimeDomain.name,
  takes: 'each',
  roles: () => [{ input: 1, kernel: 'kernel', axes: matrix(1) }],
  integer: {
    becomes: { operators: 'QAttention' },
    geometry: (_, shape) => matrixGeometry('MatMul', shape, false),
    takesBias: true,
    unfit,
    givesIntegers: false,
    storesZeroPoint: false,
  },
  inputRows: (node) => ({ kind: 'axis', value: node.input[0] ?? '', axis: -1 }),
  bias: () => ({ input: 2 }),
  samples: [
    {
      attributes: { num_heads: 4 },
      inputs: { x: [2, 5, 32], w: [32, 96], bias: [96] },
      output: [2, 5, 32],
      weights: { w: columns },
    },
    {
      attributes: { num_heads: 4, qkv_hidden_sizes: [32, 32, 16] },
      inputs: { x: [2, 5, 32], w: [32, 80], bias: [80] },
      output: [2, 5, 16],
      weights: { w: columns },
    },
  ],
};

const inputs = ['past', 'attention_bias', 'past_sequence_length'];

/** What its form in integers lacks: sizes of their own for values, a scale, what is added to scores; and kept keys are left alone. */
function unfit(node: NodeProto): string | undefined {
  if (!node.input[2]) return 'QAttention needs a bias';
  const attribute = ['qkv_hidden_sizes', 'scale', 'rotary_embedding_dim'].find(
    (name) => attributeOf(node, name) !== undefined,
  );
  if (attribute !== undefined) return `QAttention has no ${attribute}`;
  const input = inputs.find((_, at) => node.input[at + 4]);
  if (input !== undefined) return `attention with ${input} stays as it is`;
  return node.output[1] ? 'attention that gives its keys and values stays as it is' : undefined;
}
