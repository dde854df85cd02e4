import type { LayerDescriptor } from '../contract/descriptors.js';
import type { BiasEntry, PlanEntry } from '../contract/plan.js';
import { hasFewBits } from './data-defaults.js';

/**
 * The layers whose biases take back what their quantized weights move outputs by; nothing when biases stay as they are. Layers of which
 * no quantized weight has a bias that can change are left out: the report tells why, weight by weight.
 *
 * @param weights Entries of the plan. @param layers Of the model, in the order of execution.
 * @param wanted `'few bits'`: of weights below 8 bits.
 */
export function planBiases(
  weights: readonly PlanEntry[],
  layers: readonly LayerDescriptor[],
  wanted: boolean | 'few bits',
): { biases?: readonly BiasEntry[] } {
  const isTaken = (entry: PlanEntry) => entry.bits !== 'float' && (wanted === true || hasFewBits(entry));
  const taken = new Set(weights.filter(isTaken).map(({ id }) => id));
  if (wanted === false || (wanted === 'few bits' && taken.size === 0)) return {};
  const takes = layers.filter(({ weights: own }) =>
    own.some(({ id, bias }) => bias === true && taken.has(id)),
  );
  const reason = wanted === true ? 'biases are corrected' : 'corrected below 8 bits, with data at hand';
  return { biases: takes.map(({ id }) => ({ layer: id, reason })) };
}
