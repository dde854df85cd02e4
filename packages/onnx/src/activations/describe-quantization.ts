import type { FittedSite, Grain } from '@lowbit/core';

type Described = Pick<FittedSite, 'bits' | 'quantizer' | 'statistics'>;

const scopes: Readonly<Record<Grain, string>> = {
  values: 'all values together',
  samples: 'each sample on its own',
  patches: 'each patch on its own',
};

/** What was put in front of an operator, for the report. */
export function describeQuantization(site: Described, grain: Grain): string {
  const { bits, quantizer } = site;
  const what = `its input is quantized to ${bits} bits by ${quantizer.name} in front of it`;
  return `${what}, ${scopes[grain]}, ${sourceOf(site)}`;
}

/** Where the levels of a site come from; what was observed goes before what batch normalization tells. */
function sourceOf({ quantizer, statistics }: Described): string {
  if (quantizer.dynamic) return 'computed anew on every run';
  return statistics === undefined
    ? 'with levels from batch normalization'
    : 'with levels from the calibration';
}
