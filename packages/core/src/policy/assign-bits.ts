import type { LayerDescriptor } from '../model/port.js';
import { optionsOf } from '../plugin/choose.js';
import type { Options } from '../plugin/options.js';
import type { BitAssignment, BitwidthPolicy, FeatureSet } from '../plugin/policy.js';
import { safely } from '../plugin/safely.js';

/** What a policy is asked with, besides the draft and the layers. */
export interface AssignSettings {
  /** Options chosen by name; the rest comes from the policy's factory and its defaults. */
  readonly options?: Options;
  readonly features?: FeatureSet;
}

/**
 * Asks a policy for bits. Throws `unsupported-option` for options that it does not know, and `plugin-failed` with its name
 * for anything that it throws itself.
 */
export function assignBits(
  policy: BitwidthPolicy,
  draft: readonly BitAssignment[],
  layers: readonly LayerDescriptor[],
  { options = {}, features }: AssignSettings = {},
): readonly BitAssignment[] {
  const context = { options: optionsOf(policy, options), ...(features === undefined ? {} : { features }) };
  return safely(`policy '${policy.name}'`, () => policy.assign(draft, layers, context));
}
