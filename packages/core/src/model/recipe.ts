import type { Calibration } from '../calibration/statistics.js';
import type { BitPolicyChoice, QuantizerChoice, ScheduleChoice } from '../plugin/choice.js';
import type { FeatureSet, Granularity } from '../plugin/policy.js';
import type { Registry } from '../plugin/registry.js';
import type { ParameterStorage } from '../scheme/types.js';

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
}

/** What the user wants. */
export interface Recipe extends RecipeSettings {
  /** Changes for the layers that match; `name` is a glob on layer and weight ids (`*`, `?`), later rules win. */
  readonly rules?: readonly ({
    readonly match: { readonly name?: string; readonly op?: string };
  } & RecipeSettings)[];
  /** Quantizer of the activations; default: they stay float. */
  readonly activations?: QuantizerChoice;
  /** Bits of every activation, or `weights`: as many as the weights of the layer that takes them. Default 8. */
  readonly activationBits?: number | 'weights';
  /** Statistics from the port's `observe`, needed by quantizers of activations that are not dynamic. */
  readonly calibration?: Calibration;
  /** Features of labelled samples, from the port's `features`, for policies that measure separability. */
  readonly features?: FeatureSet;
  /** For `train`: what happens round by round. A value, or a name that `registry` knows. Default: one round. */
  readonly schedule?: ScheduleChoice;
  /** Globs on layer and weight ids: quantize only these. */
  readonly include?: readonly string[];
  /** Globs on layer and weight ids: leave these as they are. */
  readonly exclude?: readonly string[];
  /** Names resolve here. The adapters' `register` entries export one with every method. */
  readonly registry?: Registry;
  /** Default 0. */
  readonly seed?: number;
}
