import type { Calibration } from '../calibration/site-statistics.js';
import type { BitPolicyChoice, QuantizerChoice, RounderChoice, ScheduleChoice } from './choice.js';
import type { FeatureSet, Granularity } from './policy.js';
import type { Registry } from './registry.js';
import type { ParameterStorage } from '../scheme/types.js';
import type { Measurements } from './measurements.js';
import type { Batch } from './model-run.js';

/** The part of a recipe that rules can change for some layers. */
export interface RecipeSettings {
  /** Quantizer of the weights: a value, or a name that `registry` knows. Default: the registry's `min-max`. */
  readonly weights?: QuantizerChoice;
  /** Bits of every weight, or a policy: a value, or a name that `registry` knows. Default 8. */
  readonly bits?: number | BitPolicyChoice;
  /** What shares parameters. Default `channel`. */
  readonly granularity?: Granularity;
  /** Default `float32`. */
  readonly parameterStorage?: ParameterStorage;
  /**
   * How codes are chosen: `'nearest'`, or a rounder, a value or a name that `registry` knows, which looks at what the inputs of each
   * weight were on `data`. Default: below 8 bits, with data and a port that can run its model, the registry's `auto`; otherwise
   * `'nearest'`, and training always.
   */
  readonly rounding?: RounderChoice;
}

/** What the user wants. */
export interface Recipe extends RecipeSettings {
  /** Changes for the layers that match; `name` is a glob on layer and weight ids (`*`, `?`), later rules win. */
  readonly rules?: readonly ({
    readonly match: { readonly name?: string; readonly op?: string };
  } & RecipeSettings)[];
  /**
   * Whether biases take back what quantized weights move the outputs of their layers by on average, which is measured on `data`: the
   * means of what the weights are multiplied with. Default: below 8 bits, with data and a port that can run its model. Training leaves
   * biases to the optimizer.
   */
  readonly correctBiases?: boolean;
  /** Quantizer of the activations; default: they stay float. */
  readonly activations?: QuantizerChoice;
  /**
   * Bits of every activation, `weights`: as many as the weights of the layer that takes them, or a policy: names are those of sites and
   * of layers that have them, and what it leaves float stays so. Default 8.
   */
  readonly activationBits?: number | 'weights' | BitPolicyChoice;
  /**
   * Batches to run the model on for whatever else is needed: statistics of activations where `calibration` is not given, features
   * where a policy needs them, `features` is not given and batches have labels, as all have then; and how far the outputs of the
   * result are off, on the first 32 samples, for the verdict of the report, where the port can run its model. What can be iterated again,
   * such as a list or what `readBatches` of `@lowbit/data` gives, is read once for each, and up to the first batch with labels once more
   * for a policy; of what cannot, such as a generator, batches are kept in memory, and the report says so, as it does when they are not
   * needed.
   */
  readonly data?: Iterable<Batch> | AsyncIterable<Batch>;
  /** Statistics from the port's `observe`, needed by quantizers of activations that are not dynamic, where there are no `data`. */
  readonly calibration?: Calibration;
  /** Features of labelled samples, from the port's `features`, for policies that measure separability, where there are no `data`. */
  readonly features?: FeatureSet;
  /** What was measured for a budget before: only what is missing is measured. Kept with the data, registry and settings that it is of. */
  readonly measurements?: Measurements;
  /** For `train`: what happens round by round; `quantize` warns that it does not follow it. A value, or a name that `registry` knows. Default: one round. */
  readonly schedule?: ScheduleChoice;
  /** Globs on layer and weight ids: quantize only these. */
  readonly include?: readonly string[];
  /** Globs on layer and weight ids: leave these as they are. */
  readonly exclude?: readonly string[];
  /** Globs on operators, for instance `MatMul` or `Conv*`: quantize only weights that one of these uses. */
  readonly includeOps?: readonly string[];
  /** Globs on operators: leave weights as they are that one of these uses. */
  readonly excludeOps?: readonly string[];
  /** Names resolve here. The adapters' `register` entries export one with every method. */
  readonly registry?: Registry;
  /** Default 0. */
  readonly seed?: number;
}
