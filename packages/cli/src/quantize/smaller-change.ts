import type { RecipeChange, Registry, Report, WeightReport } from '@lowbit/core';
import { chooseQuantizer } from '@lowbit/core/adapter';

import { defaultMethod } from '../usage/quantize-options.js';

/** A change of a recipe, and what the model takes by it at most. */
export interface SmallerChange {
  readonly change: RecipeChange;
  readonly bytes: number;
}

/** The fewest bits that are proposed: below, networks are rarely usable without training. */
const fewest = 4;
/** Bytes of the scale and the offset of a slice. */
const grid = 8;
/** The part of the original that a result has to spare, so that what its form takes besides does not eat it. */
const most = 0.97;

/**
 * What would make the result of a report smaller than its original, by what its weights take: codes and parameters; the rest of the file is as it
 * is. `undefined` where nothing of that is enough, or layers compute in integers of a fixed width.
 */
export function smallerChange(
  { modelBytes, weights, activations = [] }: Report,
  methods: Registry,
): SmallerChange | undefined {
  const [first] = weights;
  if (first === undefined || activations.length > 0) return undefined;
  const byDefault = { weights: defaultMethod };
  const fewer = { bits: fewest };
  const isNarrower = weights.some(({ bits }) => bits > fewest);
  const isOffered = weights.every(({ quantizer }) =>
    chooseQuantizer(quantizer, methods).quantizer.bits.weight?.includes(fewest),
  );
  const isOther = weights.some(({ quantizer }) => quantizer !== defaultMethod);
  const changes: readonly RecipeChange[] = [
    ...(isOther ? [byDefault] : []),
    ...(isNarrower && isOffered ? [fewer] : []),
    ...(isNarrower && isOther ? [{ ...fewer, ...byDefault }] : []),
  ];
  return changes
    .map((change) => {
      const saved = weights.reduce((sum, row) => sum + savedBy(row, change), 0);
      return { change, bytes: Math.ceil(modelBytes.after - saved) };
    })
    .find(({ bytes }) => bytes < most * modelBytes.before);
}

/** Bytes that a change saves at one weight, at least. */
function savedBy({ values, bits, slices, sizes }: WeightReport, change: RecipeChange): number {
  const width = Math.min(bits, change.bits ?? bits);
  const parameters = sizes.stored - (values * bits) / 8;
  const others = change.weights === undefined ? parameters : slices * grid;
  return Math.max(0, sizes.stored - (values * width) / 8 - others);
}

/** What leaves fewer parameters beside the codes of a weight: a scale and an offset in place of a codebook, one for a channel. */
export function fewerParameters({ plan }: Report): readonly RecipeChange[] {
  const entries = plan.weights.flatMap((entry) => (entry.bits === 'float' ? [] : [entry]));
  if (entries.some(({ granularity }) => granularity.startsWith('group'))) return [{ granularity: 'channel' }];
  return entries.some(({ quantizer }) => quantizer.name !== defaultMethod)
    ? [{ weights: defaultMethod }]
    : [];
}
