import type { BiasReport, WeightReport } from './report.js';

/** Decibels by which gains may differ on samples that were kept back. */
const mostApart = 3;

/** What there is to say where data decided about weights, and other samples do not bear it out, or there are none. */
export function heldOutWarnings(
  weights: readonly WeightReport[],
  biases: readonly BiasReport[] = [],
): readonly string[] {
  const gains = [
    ...weights.flatMap(({ rounding }) => (rounding?.gainDb === undefined ? [] : [rounding])),
    ...biases.filter(({ gainDb }) => gainDb !== undefined),
  ];
  if (gains.length === 0) return [];
  if (gains.every(({ heldOutGainDb }) => heldOutGainDb === undefined))
    return ['data: there is one sample, and none was kept back to judge by what the data decided: give more'];
  const apart = gains.filter(
    ({ gainDb = 0, heldOutGainDb }) => heldOutGainDb !== undefined && gainDb - heldOutGainDb > mostApart,
  );
  if (2 * apart.length <= gains.length) return [];
  return [
    `data: what the data decided gains over ${mostApart} dB less on samples kept back, for ${apart.length} of ${gains.length} weights and biases: give more samples, and such as the model will meet`,
  ];
}
