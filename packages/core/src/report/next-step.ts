import { defaultQuantizer } from '../contract/choice.js';
import type { ResolvedPlan } from '../contract/resolved-plan.js';
import type { WeightReport } from './report.js';
import { ruins, type WeightEffects } from './weight-effects.js';

/** Members of a recipe that would keep more of the model; plain JSON. */
export interface RecipeChange {
  /** For all weights, in place of a number or a policy. */
  readonly bits?: number;
  /** The name of a quantizer. */
  readonly weights?: string;
  readonly granularity?: 'channel';
  readonly activationBits?: number;
  /** Activations stay float: the member is left out of the recipe. */
  readonly activations?: 'float';
  /** Beside what is excluded already, globs that fit one weight each. */
  readonly exclude?: readonly string[];
}

/** A weight without which the others keep enough. */
export interface Spoiler {
  readonly id: string;
  /** Signal to noise of the others together, decibels; `null` where they have no error. */
  readonly sqnrDb: number | null;
}

/** Integer operators and every method of activations that is not for few bits offers it. */
const mostBits = 8;

/** Weights that keep more decibels than this ruin no network alone. */
const harmless = 20;

/**
 * What to try when a result is probably unusable: the first thing of those that cost least which is not done yet. `undefined` when
 * nothing is left but to leave the model as it is.
 *
 * @param weightsDb Signal to noise of all weights together, decibels; `null` when it is not known.
 * @param effects What single weights do to the outputs, where that was measured.
 * @param spoiler The weight that does it by the errors of the weights, where these alone were measured.
 */
export function nextStep(
  { entries, sites }: ResolvedPlan,
  rows: readonly WeightReport[],
  weightsDb: number | null,
  { effects, spoiler }: { readonly effects?: WeightEffects; readonly spoiler?: Spoiler } = {},
): RecipeChange | undefined {
  const fewest = Math.min(...entries.map(({ entry }) => entry.bits));
  const { worst } = effects ?? {};
  const isSpoiled = worst !== undefined && ruinsWithMost(worst, entries);
  if (worst?.isEnough === true && (isSpoiled || fewest >= mostBits || !holdsMost(worst.id, rows)))
    return { exclude: [globOf(worst.id)] };
  const areWeightsHarmless = effects?.together.isEnough ?? (weightsDb !== null && weightsDb >= harmless);
  if (sites.length > 0 && areWeightsHarmless) return ofActivations(sites);
  if (fewest < mostBits) {
    const least = fewest < 4 ? 4 : mostBits;
    return isSpoiled
      ? { ...moreBits(entries, least), exclude: [globOf(worst.id)] }
      : moreBits(entries, worst?.wider?.bits ?? least);
  }
  if (sites.length > 0) return ofActivations(sites);
  if (entries.some(({ quantizer }) => quantizer.name !== defaultQuantizer))
    return { weights: defaultQuantizer };
  if (entries.some(({ entry }) => entry.granularity === 'tensor')) return { granularity: 'channel' };
  return spoiler === undefined ? undefined : { exclude: [globOf(spoiler.id)] };
}

/** Whether the worst weight ruins the network with as many bits as there are, so that more bits alone are no way out. */
function ruinsWithMost(
  { id, alone, wider }: NonNullable<WeightEffects['worst']>,
  entries: ResolvedPlan['entries'],
): boolean {
  const own = entries.find(({ entry }) => entry.id === id)?.entry.bits ?? 0;
  return ruins(own >= mostBits ? alone : (wider ?? { sqnrDb: null }));
}

/** Whether it has more than half of all quantized values, so that a model in which it is float has gained little. */
function holdsMost(id: string, rows: readonly WeightReport[]): boolean {
  const own = rows.find((row) => row.id === id)?.values ?? 0;
  return 2 * own > rows.reduce((sum, { values }) => sum + values, 0);
}

/** The glob that fits a name alone, whatever signs it holds. */
const globOf = (name: string): string => name.replaceAll(/[*?]|\\(?=[*?\\])/g, String.raw`\$&`);

function moreBits(entries: ResolvedPlan['entries'], bits: number): RecipeChange {
  const isOffered = entries.every(({ quantizer }) => quantizer.bits.weight?.includes(bits));
  return isOffered ? { bits } : { bits, weights: defaultQuantizer };
}

function ofActivations(sites: ResolvedPlan['sites']): RecipeChange {
  const isWide = sites.every(({ entry }) => entry.bits >= mostBits);
  const isOffered = sites.every(({ quantizer }) => quantizer.bits.activation?.includes(mostBits));
  return isWide || !isOffered ? { activations: 'float' } : { activationBits: mostBits };
}
