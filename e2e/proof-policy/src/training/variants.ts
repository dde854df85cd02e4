import { dorefa } from '@lowbit/baselines';
import { makePlan } from '@lowbit/core';
import { labelledBatches, type Pictures } from '@lowbit/e2e-proof-tfjs';
import { progressive } from '@lowbit/progressive';
import type { TfjsPort } from '@lowbit/tfjs';
import { settings } from './settings.js';

/** What holds of every variant: DoReFa's weights, one set of parameters a weight. Activations stay float. */
export const recipe = { weights: dorefa(), granularity: 'tensor' } as const;

/** Bits by the id of the weight, first layers first. */
export type WeightBits = Readonly<Record<string, number>>;

export const variantNames = [
  'homogeneous',
  'progressive',
  'increasing',
  'one bit',
  'one bit, first raised',
] as const;
export type VariantName = (typeof variantNames)[number];

/** The nets that are compared, by bits of each weight; of the float network it is measured how its layers separate the classes. */
export async function variantsOf(
  port: TfjsPort,
  training: Pictures,
): Promise<Readonly<Record<VariantName, WeightBits>>> {
  const features = await port.features(labelledBatches(training, settings.measured, 250));
  const { plan } = await makePlan(port, { ...recipe, bits: progressive(settings.progressive), features });
  const ids = plan.weights.map(({ id }) => id);
  const falling = plan.weights.map(({ bits }) => Number(bits));
  const rising = [...falling].sort((a, b) => a - b);
  const { raised, homogeneous } = settings;
  const bitsBy = (bitsAt: (index: number) => number): WeightBits =>
    Object.fromEntries(ids.map((id, i) => [id, bitsAt(i)]));
  return {
    homogeneous: bitsBy(() => homogeneous),
    progressive: bitsBy((i) => falling[i]!),
    increasing: bitsBy((i) => rising[i]!),
    'one bit': bitsBy(() => 1),
    'one bit, first raised': bitsBy((i) => (i < raised.weights ? raised.bits : 1)),
  };
}
