import type { OutputsReport } from './outputs.js';
import { isBad, judgeSignal } from './judged-outputs.js';

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
  readonly together: WeightEffect;
  /** The weight that leaves least alone, and what all others leave without it. Absent where no weight changes an output. */
  readonly worst?: {
    readonly id: string;
    readonly alone: WeightEffect;
    readonly without: WeightEffect;
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

/** Decibels below which nobody would notice a difference. */
const noticed = 1;

/** Whether the worst weight, left float, would bring something; `enough`: the outputs would keep so many decibels then. */
export function floatHelps({ worst, together }: WeightEffects, enough = -Infinity): boolean {
  if (worst === undefined) return false;
  const [before, after] = [rankOf(together), rankOf(worst.without)];
  return after > before + noticed && after >= enough;
}
