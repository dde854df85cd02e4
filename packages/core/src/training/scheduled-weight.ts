import type { ResolvedEntry } from '../contract/resolved-plan.js';
import type { ScheduledWeight } from '../contract/schedule.js';
import { decode } from '../scheme/decode.js';
import type { FrozenWeights } from './frozen-weights.js';

/** The weights as they are now and as they would be stored now. */
export async function scheduledWeights(
  entries: readonly ResolvedEntry[],
  frozen: FrozenWeights,
): Promise<ScheduledWeight[]> {
  const weights: ScheduledWeight[] = [];
  for (const own of entries) weights.push(await scheduledWeight(own, frozen));
  return weights;
}

async function scheduledWeight(own: ResolvedEntry, frozen: FrozenWeights): Promise<ScheduledWeight> {
  const { entry, layer, options } = own;
  const values = await own.weight.read();
  const { tensor } = frozen.encode(own, values);
  return {
    id: entry.id,
    layer: layer.id,
    depth: layer.depth,
    bits: entry.bits,
    options,
    values,
    tensor,
    quantized: decode(tensor),
    frozen: frozen.of(entry.id)?.mask ?? new Uint8Array(values.length),
  };
}
