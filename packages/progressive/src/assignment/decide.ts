import { roundHalfEven, type FeatureSet } from '@lowbit/core/method';
import { separabilityMeasures, type SeparabilityMeasure } from '../separability/separability.js';
import { progressOf } from './progress.js';
import { stageOf, threeStages } from './stages.js';
import type { Unit } from './units.js';
import { nearestWidth, type WidthRange } from './widths.js';

/** The bits of one layer, and why. */
export interface Decision {
  readonly bits: number;
  readonly reason: string;
}

/**
 * Bits by separability, `round(from − s·(from − to))` with ties to even; by three stages of equal depth where there are no
 * features, or where they do not become more separable with depth.
 */
export function decide(
  units: readonly Unit[],
  range: WidthRange,
  widths: readonly number[],
  measure: SeparabilityMeasure,
  features: FeatureSet | undefined,
): readonly Decision[] {
  if (features === undefined) return byStages(units, range, widths, 'no labelled features were given');
  const separability = units.map(({ layer }) => separabilityOf(layer, features, measure));
  const progress = progressOf(separability);
  if (progress === undefined) {
    const measured = separability.some((value) => value !== undefined);
    const why = measured ? `the ${measure} does not grow with depth` : 'no layer with weights was measured';
    return byStages(units, range, widths, why);
  }
  return progress.map((share, i) => {
    const { from, to } = range;
    const bits = nearestWidth(roundHalfEven(from - share * (from - to)), widths);
    return {
      bits,
      reason: `${found(separability[i], measure)}, ${Math.round(100 * share)} % of the way: ${bits} bits`,
    };
  });
}

function separabilityOf(
  layer: string,
  { labels, layers }: FeatureSet,
  measure: SeparabilityMeasure,
): number | undefined {
  const own = layers.get(layer);
  return own && separabilityMeasures[measure](own, labels, `features of layer '${layer}'`);
}

function found(separability: number | undefined, measure: SeparabilityMeasure): string {
  return separability === undefined
    ? 'not measured, between its neighbours'
    : `${measure} ${separability.toPrecision(3)}`;
}

function byStages(
  units: readonly Unit[],
  { from, to }: WidthRange,
  widths: readonly number[],
  why: string,
): readonly Decision[] {
  const stages = threeStages(from, to);
  return units.map((_, i) => {
    const stage = stageOf(i, units.length, stages.length);
    const bits = nearestWidth(stages[stage] as number, widths);
    return { bits, reason: `${why}: stage ${stage + 1} of ${stages.length}, ${bits} bits` };
  });
}
