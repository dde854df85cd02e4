import type { Outcome } from '@lowbit/core/adapter';
import { measuresRange, uint8Site } from '../sites/uint8-site.js';
import type { ActivationForm } from './activation-sites.js';
import type { SiteNotes } from '../sites/site-notes.js';
import type { DescribedModel } from '../describe/described-layer.js';
import { type ActivationsToWrite, writeActivations } from './write-activations.js';

/**
 * Writes the activations that integer operators have not taken by standard operators, in place.
 *
 * @param outcome With the weights that are quantized and not written yet.
 * @param form With integers, sites that integer operators compute stay as they are: where their layers did not
 *   become integers, quantizing would only cost time and accuracy.
 * @param sites Told what becomes of each.
 * @param prefix What the names of all that is added begin with.
 * @returns What became of the inputs of layers, by the id of the weight.
 */
export function applyActivations(
  { model, description }: DescribedModel,
  outcome: ActivationsToWrite & Pick<Outcome, 'plan'>,
  { integers, runtime }: ActivationForm,
  sites: SiteNotes,
  prefix: string,
): ReadonlyMap<string, string> {
  if (outcome.plan.activations === undefined) return new Map();
  if (integers === undefined)
    return writeActivations({ model, description }, outcome, sites, runtime, prefix);
  const others = [...outcome.activations].filter(
    ([, site]) => typeof uint8Site(site) === 'string' && !measuresRange(site),
  );
  const activations = new Map(others);
  const layers = description.layers.filter(({ node }) => node.input.some((name) => activations.has(name)));
  return layers.length === 0
    ? new Map()
    : writeActivations(
        { model, description: { ...description, layers } },
        { ...outcome, activations },
        sites,
        runtime,
        prefix,
      );
}
