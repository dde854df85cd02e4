import { integerAttribute } from '../graph/attributes.js';
import type { DescribedLayer } from '../describe/described-layer.js';
import { useOf } from '../describe/use-of.js';

/** Which axes of a layer's output tell samples apart, and which are channels; all others are averaged away. */
export interface FeatureAxes {
  readonly batch: number;
  readonly channels: readonly number[];
}

/**
 * The axes of a layer's output that `output` of the node gives, by the operator: [batch, channel, …] for convolutions,
 * […, channel] for products and tables, [time, direction, batch, hidden] for recurrent layers (layout 1: batch first).
 */
export function featureAxes(
  { op, node, weights }: DescribedLayer,
  output: number,
  rank: number,
): FeatureAxes {
  if (op === 'Conv' || op === 'ConvTranspose') return { batch: 0, channels: [1] };
  if (op === 'LSTM' || op === 'GRU' || op === 'RNN') {
    const time = output === 0 ? 1 : 0;
    return integerAttribute(node, 'layout', 0) === 1
      ? { batch: 0, channels: [time + 1, time + 2] }
      : { batch: time + 1, channels: [time, time + 2] };
  }
  const isLeft = op === 'MatMul' && weights.some((weight) => useOf(weight, node)?.input === 0);
  return { batch: 0, channels: [isLeft ? rank - 2 : rank - 1] };
}
