import type { QuantizerChoice, RounderChoice } from './choice.js';
import type { Options, OptionSchema } from './options.js';
import type { LayerDescriptor } from './descriptors.js';

export type Granularity = 'tensor' | 'channel' | `group:${number}`;

/** How many bits one weight (or activation site) gets, and why. */
export interface BitAssignment {
  /** Id of the weight or site. */
  readonly id: string;
  readonly bits: number | 'float';
  readonly quantizer?: QuantizerChoice;
  readonly granularity?: Granularity;
  readonly rounding?: RounderChoice;
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
  /** Returns one assignment for each of the draft's, in any order. */
  assign(
    draft: readonly BitAssignment[],
    layers: readonly LayerDescriptor[],
    context: PolicyContext,
  ): readonly BitAssignment[];
}
