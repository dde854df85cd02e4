import type { ParameterStorage } from '../scheme/types.js';
import type { QuantizerChoice, RounderChoice } from './choice.js';
import type { LayerDescriptor } from './descriptors.js';
import type { EffectKind, Measurements } from './measurements.js';
import type { RunOutputs, Batch } from './model-run.js';
import type { Options, OptionSchema } from './options.js';

export type Granularity = 'tensor' | 'channel' | `group:${number}`;

/** A way to store a weight; what it leaves open, the recipe says. */
export interface Candidate {
  readonly bits: number | 'float';
  readonly quantizer?: QuantizerChoice;
  readonly granularity?: Granularity;
  readonly parameterStorage?: ParameterStorage;
}

/** How many bits one weight (or activation site) gets, and why. */
export interface BitAssignment extends Candidate {
  /** Id of the weight or site. */
  readonly id: string;
  readonly rounding?: RounderChoice;
  /** Policies that come later and spend a budget give it at least so many. */
  readonly least?: number;
  /** A sentence for the report. */
  readonly reason: string;
}

/** The outputs of the layers for labelled samples: what separability is measured on. */
export interface FeatureSet {
  /** One class for each sample. */
  readonly labels: ArrayLike<number>;
  /** By layer id: a matrix `[samples, dimensions]`, row-major. */
  readonly layers: ReadonlyMap<string, { readonly dimensions: number; readonly values: Float32Array }>;
}

/** What a policy may look at besides the model. */
export interface PolicyContext {
  /** The policy's options with every default filled in. */
  readonly options: Options;
  /** Features of labelled samples, where somebody measured them. */
  readonly features?: FeatureSet;
  /** What candidates cost and lose, where the policy has a `budget`. */
  readonly measurements?: Measurements;
  /** Ids of what is decided already, by rules or by policies before a budget, which leaves it as it is. */
  readonly decided?: ReadonlySet<string>;
  /**
   * What is returned will be measured as a whole, added to `measurements`, and asked about again, until it is a choice that was
   * measured: the policy may return what is worth a try. Otherwise it returns the best that it knows. `results`: what is returned will
   * be written, and its result is what is measured and added, until it is one that was written.
   */
  readonly explores?: boolean | 'results';
  /** What is returned is to be as small as can be, whatever the limit of bytes: what is written of it tells what is attainable. */
  readonly smallest?: boolean;
  /** With `smallest`: bytes that the plan in the file takes for one more kind of assignment, each of which it says once. */
  readonly kindBytes?: number;
}

/** Gives the value of a metric, larger is better, for what the model gives for a batch. */
export type Metric = (outputs: RunOutputs, batch: Batch) => number;

/** What a policy that spends a budget wants to know, and what holds of its result. */
export interface BudgetTerms {
  /** What each weight may be. */
  readonly candidates: readonly Candidate[];
  /** Whether the effect on outputs is wanted, which needs data; without, what candidates cost and how far weights are off. */
  readonly effects: boolean;
  /** Bytes of the whole written model with its data, at most. */
  readonly bytes?: number;
  /** Stored bits a value on average over the weights that are quantized, at most: codes and parameters, as they are written. */
  readonly averageBits?: number;
  /** Loss of the metric, or of points of the right classes, at most. */
  readonly maxLoss?: number;
  /** Decibels of each float output, at least. */
  readonly minSqnr?: number;
  readonly metric?: Metric;
  /** What effects are; default: how far outputs are off. */
  readonly by?: EffectKind['of'];
  /** Outputs that tell classes apart though they are no probabilities: logits, by name. */
  readonly classes?: readonly string[];
  /** Bits never rise with depth. */
  readonly decreasing?: boolean;
  /** Choices for the whole model that it asks for at most while it explores, for who is told how long that takes. */
  readonly tries?: number;
  /** Globs on weight ids: weights that match the same list are decided at once. */
  readonly together?: readonly (readonly string[])[];
  /** What decides before the budget is spent. */
  readonly before?: BitwidthPolicy;
}

/** Decides bits. `assign` is pure: what it needs to know was measured before and passed to the factory. */
export interface BitwidthPolicy {
  readonly kind: 'policy';
  readonly api: 2;
  readonly name: string;
  readonly summary?: string;
  readonly paper?: string;
  /** The options it knows, with defaults; `configured` holds the values chosen in the factory. */
  readonly options?: OptionSchema;
  readonly configured?: Options;
  /** It decides by features: they are measured for it where the recipe has labelled data. */
  readonly needs?: 'features';
  /** It spends a budget on what was measured: then it is asked last, with `measurements`. `undefined` where its options set no limit. */
  budget?(options: Options): BudgetTerms | undefined;
  /** Returns one assignment for each of the draft's, in any order. */
  assign(
    draft: readonly BitAssignment[],
    layers: readonly LayerDescriptor[],
    context: PolicyContext,
  ): readonly BitAssignment[];
}
