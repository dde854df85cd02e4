import type { CandidateChoice, EffectKind, JointEffect, LayerSeparability } from './measurements.js';
import type { BudgetTerms } from './policy.js';

/** What became of a budget: plain JSON. */
export interface BudgetReport {
  readonly limits: Pick<BudgetTerms, 'bytes' | 'averageBits' | 'maxLoss' | 'minSqnr'>;
  /** What each measured weight got. */
  readonly choice: CandidateChoice;
  /** Bits were chosen by the errors of the weights, since there was nothing to run the model on. */
  readonly unverified?: true;
  /** What effects are. Absent where nothing was run. */
  readonly effect?: EffectKind;
  /** Sum of the effects of the weights alone; where nothing was run, of their errors Σ(w − ŵ)². */
  readonly predicted: number;
  /**
   * Of all weights together, in the place of the original's: each value in its nearest code, activations float. Of a choice that was written and
   * not measured so it is that of the result (`ofResult`).
   */
  readonly measured?: Omit<JointEffect, 'choice'>;
  /** Of what was written. Absent where no limit of quality is set: its outputs are not looked at then. */
  readonly result?: Omit<JointEffect, 'choice' | 'ofResult'>;
  /** Of the results that were written and miss a limit of quality, the one that is next smaller. Absent where none is. */
  readonly missed?: MissedResult;
  /** Bytes of the whole model as it was written. Absent where nothing depended on it. */
  readonly bytes?: number;
  /** Stored bits a value of the weights that are quantized, parameters counted, as they were written. Absent where nothing depended on it. */
  readonly averageBits?: number;
  /** Bytes that the whole model takes at least with what may be chosen. */
  readonly leastBytes?: number;
  /** The cheapest change of one weight that takes more. Absent where every weight has the most that it may have. */
  readonly step?: FurtherStep;
  /** How well the features after each layer separate the classes, by depth. Absent without labels of classes. */
  readonly separability?: readonly LayerSeparability[];
}

/** A result that is too far off. */
export interface MissedResult extends Pick<JointEffect, 'sqnrDb' | 'loss'> {
  readonly bytes: number;
}

/** One weight with more bits, or several that are decided at once. */
export interface FurtherStep {
  readonly ids: readonly string[];
  /** What it has, and what it would have: keys of candidates. */
  readonly from: string;
  readonly to: string;
  /** What the whole model would take, by the estimate of the port. */
  readonly bytes: number;
}
