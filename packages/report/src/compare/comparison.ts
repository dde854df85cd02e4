import type { Difference } from '@lowbit/core/adapter';
import type { PairedTimes } from './paired-times.js';

/** How often both models name the same class as the best. */
export interface Agreement {
  /** Samples. */
  readonly rows: number;
  readonly same: number;
  /** same / rows */
  readonly part: number;
}

/** How often each model is right: names the right class as the best, or gives the very number. */
export interface Accuracy {
  /** Labels: samples, or pixels of maps of classes. */
  readonly rows: number;
  /** Part of them that the first and the second model get right, 0 to 1. */
  readonly a: number;
  readonly b: number;
}

/** How far each model is from labels that are values. */
export interface LabelError {
  /** Values of labels. */
  readonly values: number;
  /** Mean of the squared distances of the first and the second model. */
  readonly a: number;
  readonly b: number;
}

/** One output of both models. */
export interface OutputComparison extends Difference {
  readonly name: string;
  readonly type: string;
  /** Batches for which the models gave different shapes; they are in no other figure. */
  readonly otherShapes: number;
  /** Pairs that are NaN in both models, which count as equal; absent where there are none. */
  readonly bothNaN?: number;
  /** Only for scores of classes. */
  readonly top1?: Agreement;
  /** Only for scores of classes and for whole numbers, with labels. */
  readonly accuracy?: Accuracy;
  /** Only for other floats, with labels. */
  readonly labelError?: LabelError;
}

/** What the models did on the same inputs. */
export interface Comparison {
  readonly batches: number;
  readonly outputs: readonly OutputComparison[];
  /** Outputs of either model that the runtime gives in no form, such as maps; absent where there are none. */
  readonly unread?: readonly string[];
  /** Over all values of all outputs. */
  readonly overall: Difference;
  /** Times on the first batch; `null` when none were taken. */
  readonly time: PairedTimes | null;
}
