import type { Options } from './options.js';
import type { Quantizer } from './quantizer.js';
import type { Rounder } from './rounder.js';
import type { Slicing } from '../scheme/types.js';
import type { ActivationEntry, QuantizationPlan, QuantizedEntry } from './plan.js';
import type { LayerDescriptor, SiteDescriptor, WantedForm, WeightDescriptor } from './descriptors.js';

/** A plan together with everything that it names: looked up in the model and the registry, and checked, once. */
export interface ResolvedPlan {
  /** The plan itself, with the layers that its weights are in: one that was stored in a model does not tell them. */
  readonly plan: QuantizationPlan;
  /** Of the model, in the order of execution. */
  readonly layers: readonly LayerDescriptor[];
  /** The weights that are quantized, each once, in the order of the plan. */
  readonly entries: readonly ResolvedEntry[];
  /** The activation sites that are quantized, in the order of the plan. */
  readonly sites: readonly ResolvedSite[];
}

/** What a part of a plan is quantized with. */
export interface Named {
  readonly quantizer: Quantizer;
  /** Those of the entry, with every default filled in. */
  readonly options: Options;
  /** Of all that is random about it. */
  readonly seed: number;
}

/** What chooses the codes of a weight. */
export interface NamedRounder {
  readonly rounder: Rounder;
  /** Those of the entry, with every default filled in. */
  readonly options: Options;
}

/** A weight that is quantized. */
export interface ResolvedEntry extends Named {
  readonly entry: QuantizedEntry;
  readonly weight: WeightDescriptor;
  /** The first that uses the weight. */
  readonly layer: LayerDescriptor;
  readonly slicing: Slicing;
  /** Absent where each value gets the level that is nearest to it. */
  readonly rounding?: NamedRounder;
  /** The bias of its layer takes back what the weight moves outputs by on average. */
  readonly corrects?: true;
  /** What the packed form of the weight wants; asked here, since writing changes the model. Absent where that is nothing. */
  readonly wants?: WantedForm | undefined;
}

/** An activation site that is quantized. */
export interface ResolvedSite extends Named {
  readonly entry: ActivationEntry;
  readonly site: SiteDescriptor;
}
