import type { NodeProto } from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';
import { matrix } from './matrix.js';
import type { Operator, OperatorSample } from './operator.js';

/** Queries, keys and values by one product: the weight is [inputs, hidden + hidden + hidden of values]. */
export const attention: Operator = {
  names: [
    'Attention',
    'PackedAttention',
    'DecoderMaskedSelfAttention',
    'LongformerAttention',
    'DecoderAttention',
  ],
  domain: runtimeDomain.name,
  takes: 'each',
  roles: (node) => weightsOf(node).map((input) => ({ input, kernel: 'kernel', axes: matrix(1) })),
  samples: [
    sample('Attention', { x: [2, 5, 32], w: [32, 96], bias: [96] }),
    {
      ...sample('Attention', { x: [2, 5, 32], w: [32, 80], bias: [80] }),
      attributes: { num_heads: 4, qkv_hidden_sizes: [32, 32, 16] },
      output: [2, 5, 16],
    },
    { ...sample('PackedAttention', { x: [10, 32], w: [32, 96] }), output: [10, 32], runs: false },
    {
      ...sample('DecoderMaskedSelfAttention', { x: [2, 1, 32], w: [32, 96] }),
      output: [2, 1, 32],
      runs: false,
    },
    {
      ...sample('LongformerAttention', { x: [2, 5, 32], w: [32, 96], b: [96], m: [2, 5], w2: [32, 96] }),
      runs: false,
    },
    {
      ...sample('DecoderAttention', { x: [5, 2, 32], k: [5, 2, 32], w: [32, 32], w2: [32, 64] }),
      output: [5, 2, 32],
      runs: false,
    },
  ],
};

/** Some have a second weight: that of global positions, or of keys and values. */
function weightsOf({ opType }: NodeProto): readonly number[] {
  if (opType === 'LongformerAttention') return [1, 4];
  return opType === 'DecoderAttention' ? [2, 3] : [1];
}

function sample(name: string, inputs: OperatorSample['inputs']): OperatorSample {
  const columns = { outputAxes: [1], inputAxis: 0 };
  const weights = Object.keys(inputs).filter((input) => input.startsWith('w'));
  return {
    name,
    attributes: { num_heads: 4 },
    inputs,
    output: [2, 5, 32],
    weights: Object.fromEntries(weights.map((input) => [input, columns])),
  };
}
