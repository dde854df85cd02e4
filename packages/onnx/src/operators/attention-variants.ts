import type { NodeProto } from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';
import { matrix } from './matrix.js';
import type { Operator, OperatorSample } from './operator.js';

/** Attention of other graphics processors and models: weights are [inputs, outputs] as those of `Attention`. */
export const attentionVariants: Operator = {
  names: ['PackedAttention', 'DecoderMaskedSelfAttention', 'LongformerAttention', 'DecoderAttention'],
  domain: runtimeDomain.name,
  takes: 'each',
  roles: (node) => weightsOf(node).map((input) => ({ input, kernel: 'kernel', axes: matrix(1) })),
  samples: [
    sample('PackedAttention', { x: [10, 32], w: [32, 96] }),
    sample('DecoderMaskedSelfAttention', { x: [2, 1, 32], w: [32, 96] }),
    sample('LongformerAttention', { x: [2, 5, 32], w: [32, 96], b: [96], m: [2, 5], w2: [32, 96] }),
    sample('DecoderAttention', { x: [5, 2, 32], k: [5, 2, 32], w: [32, 32], w2: [32, 64] }),
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
    output: inputs['x'] ?? [],
    weights: Object.fromEntries(weights.map((input) => [input, columns])),
    runs: false,
  };
}
