import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { normalizationFactors } from '../fold/folded-values.js';
import type { PackedWeights } from './plan-layers.js';

type Layer = layers.Layer;

/**
 * The batch normalization of the output channels behind a layer, where nothing else takes its output.
 *
 * @param outer What stands for the layer in the model: itself, or what quantizes its input.
 */
export function normalizationAfter(
  layer: Layer,
  outer: Layer,
  outputs: ReadonlySet<SymbolicTensor>,
): Layer | undefined {
  const isAlone = outer.inboundNodes.length === 1 && outer.outboundNodes.length === 1;
  const next = outer.outboundNodes[0]?.outboundLayer;
  if (!isAlone || next?.getClassName() !== 'BatchNormalization' || next.inboundNodes.length !== 1)
    return undefined;
  const output = outer.output as SymbolicTensor;
  if (outputs.has(output) || (layer.getConfig()['activation'] ?? 'linear') !== 'linear') return undefined;
  const rank = output.shape.length;
  const axis = Number(next.getConfig()['axis']);
  return (axis + rank) % rank === rank - 1 ? next : undefined;
}

/** Grids and biases with the batch normalization after them, each rounded once. */
export async function normalized({ weights, bias }: PackedWeights, norm: Layer): Promise<PackedWeights> {
  const { factors, means, betas } = await normalizationFactors(norm);
  const spread = (given: ArrayLike<number>) =>
    Float32Array.from(factors, (factor, channel) => factor * given[given.length === 1 ? 0 : channel]!);
  return {
    weights: {
      ...weights,
      scales: spread(weights.scales),
      ...(weights.shifts && { shifts: spread(weights.shifts) }),
    },
    bias: bias.map((value, c) => (value - means[c]!) * factors[c]! + betas[c]!),
  };
}
