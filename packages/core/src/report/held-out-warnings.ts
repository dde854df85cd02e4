import type { BiasReport, WeightReport } from './report.js';

/** Decibels by which gains may differ on samples that were kept back: those of most weights, and those of a single one. */
const [mostApart, farApart] = [3, 10];
/** Decibels that are lost on samples kept back, from which on it is no chance. */
const harm = 0.1;
/** Weights that a warning names. */
const mostNames = 3;

/** A gain by data, and of what. */
interface Gain {
  readonly of: string;
  readonly gainDb?: number;
  readonly heldOutGainDb?: number;
}

/** What there is to say where data decided about weights, and other samples do not bear it out, or there are none. */
export function heldOutWarnings(
  weights: readonly WeightReport[],
  biases: readonly BiasReport[] = [],
): readonly string[] {
  const gains: readonly Gain[] = [
    ...weights.flatMap(({ id, rounding }) => (rounding === undefined ? [] : [{ of: id, ...rounding }])),
    ...biases.map((bias) => ({ of: `the bias of ${bias.weight}`, ...bias })),
  ].filter(({ gainDb }) => gainDb !== undefined);
  if (gains.length === 0) return [];
  if (gains.every(({ heldOutGainDb }) => heldOutGainDb === undefined))
    return ['data: there is one sample, and none was kept back to judge by what the data decided: give more'];
  const beyond = (limit: number) =>
    gains.filter(
      ({ gainDb = 0, heldOutGainDb }) => heldOutGainDb !== undefined && gainDb - heldOutGainDb > limit,
    );
  const isHarm = ({ gainDb = 0, heldOutGainDb = 0 }: Gain) => gainDb > 0 && heldOutGainDb < -harm;
  const apart = beyond(mostApart);
  const far = [...new Set([...beyond(farApart), ...gains.filter(isHarm)])];
  if (2 * apart.length > gains.length)
    return [
      `data: what the data decided gains over ${mostApart} dB less on samples kept back, for ${apart.length} of ${gains.length} weights and biases: ${remedy}`,
    ];
  if (far.length === 0) return [];
  const words = far.every(isHarm) ? 'is a loss' : `gains over ${farApart} dB less, or is a loss,`;
  const names = far.slice(0, mostNames).map(({ of }) => of);
  const more = far.length > mostNames ? ` and ${far.length - mostNames} more` : '';
  return [
    `data: what the data decided ${words} on samples kept back, for ${names.join(', ')}${more}: ${remedy}`,
  ];
}

const remedy = 'give more samples, and such as the model will meet';
