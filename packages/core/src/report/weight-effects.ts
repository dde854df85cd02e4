import type { OutputsReport } from './outputs.js';
import { isBad, judgeSignal, leastDecibels } from './judged-outputs.js';

/** What some quantized weights, with all others as they were, leave of the worst float output. */
export interface WeightEffect {
  /** Signal to noise, decibels; `null` where there is no error, and where the output is broken. */
  readonly sqnrDb: number | null;
  /** Too many values became NaN or infinite. */
  readonly isBroken?: true;
}

/** What the weights of a ruined network do, each alone and all together. Activations are float meanwhile. */
export interface WeightEffects {
  readonly samples: number;
  /** Of one weight each; of several where there are too many for that, and then of each in the worst of these. */
  readonly alone: readonly (WeightEffect & { readonly ids: readonly string[] })[];
  readonly together: WeightEffect & {
    /** Whether the outputs are usable so: on all samples that the verdict is by, classes counted. */
    readonly isEnough: boolean;
  };
  /** The weight that leaves least alone, and what all others leave without it. Absent where no weight changes an output. */
  readonly worst?: {
    readonly id: string;
    readonly alone: WeightEffect;
    readonly without: WeightEffect;
    /** What it leaves alone with more bits, where these are what else would be tried: with the fewest that are enough, or with all there are. */
    readonly wider?: WeightEffect & { readonly bits: number };
    /** Whether the outputs are usable then, beside all else that is quantized too. */
    readonly isEnough: boolean;
  };
}

/** What weights do that gave these outputs. */
export function effectOn(outputs: OutputsReport): WeightEffect {
  const { grade, sqnrDb } = judgeSignal(outputs) ?? { sqnrDb: null };
  const isBroken = grade === 'probably-unusable' && !isBad(sqnrDb);
  return { sqnrDb, ...(isBroken ? { isBroken } : {}) };
}

/** For comparisons: lower is worse. */
export const rankOf = ({ sqnrDb, isBroken }: WeightEffect): number =>
  isBroken === true ? -Infinity : (sqnrDb ?? Infinity);

/** Whether weights that do so ruin a network by themselves. */
export const ruins = (effect: WeightEffect): boolean => rankOf(effect) < leastDecibels;

/** Decibels below which nobody would notice a difference. */
const noticed = 1;

/** Whether the worst weight, left float, would bring something. */
export const floatHelps = (without: WeightEffect, together: WeightEffect): boolean =>
  rankOf(without) > rankOf(together) + noticed;

/**
 * The effects beside what else the result does to its outputs: leaving the worst weight float is not enough where inputs of layers, or
 * biases, take what is left.
 *
 * @param sqnrDb Signal to noise of the worst output of the whole result, decibels; `null` where it is not known.
 */
export function besideOthers(effects: WeightEffects, sqnrDb: number | null): WeightEffects {
  const { worst, together } = effects;
  if (worst === undefined) return effects;
  const ofOthers = Math.max(0, noiseOf(sqnrDb) - noiseOf(together.sqnrDb));
  const isEnough = worst.isEnough && ofOthers + noiseOf(worst.without.sqnrDb) <= noiseOf(leastDecibels);
  return { ...effects, worst: { ...worst, isEnough } };
}

/** Of a signal of power 1. */
const noiseOf = (sqnrDb: number | null): number => (sqnrDb === null ? 0 : 10 ** (-sqnrDb / 10));
