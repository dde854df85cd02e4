import type { PlacedWeight } from '../plan/make-plan.js';
import type { QuantizedEntry } from '../plan/plan.js';
import { optionsOf } from '../plugin/choose.js';
import type { Quantizer } from '../plugin/quantizer.js';
import type { Registry } from '../plugin/registry.js';
import type { ScheduledWeight } from '../plugin/schedule.js';
import { decode } from '../scheme/decode.js';
import type { FrozenWeights } from './frozen-weights.js';

/** The weights as they are now and as they would be stored now. */
export async function scheduledWeights(
  entries: readonly QuantizedEntry[],
  placeOf: (id: string) => PlacedWeight,
  frozen: FrozenWeights,
  registry: Registry,
  seed: number,
): Promise<ScheduledWeight[]> {
  const weights: ScheduledWeight[] = [];
  for (const entry of entries)
    weights.push(await scheduledWeight(entry, placeOf(entry.id), frozen, registry, seed));
  return weights;
}

async function scheduledWeight(
  entry: QuantizedEntry,
  { weight, layer }: PlacedWeight,
  frozen: FrozenWeights,
  registry: Registry,
  seed: number,
): Promise<ScheduledWeight> {
  const values = await weight.read();
  const { tensor } = frozen.encode({ weight, entry, seed, registry }, values);
  const quantizer = registry.find('quantizer', entry.quantizer.name) as Quantizer;
  return {
    id: entry.id,
    layer: layer.id,
    depth: layer.depth,
    bits: entry.bits,
    options: optionsOf(quantizer, entry.quantizer.options),
    values,
    tensor,
    quantized: decode(tensor),
    frozen: frozen.of(entry.id)?.mask ?? new Uint8Array(values.length),
  };
}
