import { type LayerFeatures, traceRatio } from '@lowbit/core/policy';
import { fullFisher } from './full-fisher.js';
import { linearProbe } from './linear-probe.js';

/** Measures of how well features separate classes, by name. Each gives a number ≥ 0, more for better separation. */
export const separabilityMeasures = {
  'trace-ratio': traceRatio,
  fisher: fullFisher,
  'linear-probe': linearProbe,
} satisfies Record<string, (features: LayerFeatures, labels: ArrayLike<number>, where?: string) => number>;

export type SeparabilityMeasure = keyof typeof separabilityMeasures;
