import { observedBy, type ActivationNote, type FittedSite } from '@lowbit/core/adapter';
import { siteId, withoutPatches } from '@lowbit/tfjs-format';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';
import { patchesProblemOf } from './patches.js';

export interface WritableSites {
  /** Those that can be quantized in front of their layers. */
  readonly sites: ReadonlyMap<string, FittedSite>;
  /** Why the others stay float. */
  readonly notes: readonly ActivationNote[];
}

/** Tells the sites that can be written from those whose quantizer looks at what their layers have not. */
export function writableSites(model: LayersModel, sites: ReadonlyMap<string, FittedSite>): WritableSites {
  const notes = new Map<string, ActivationNote>();
  for (const { id, layer } of surveyModel(model)) {
    const site = sites.get(siteId(id));
    if (site === undefined || observedBy(site.quantizer, site.options) !== 'patches') continue;
    const problem = patchesProblemOf(layer);
    if (problem !== undefined) notes.set(site.id, withoutPatches(site, problem));
  }
  return {
    sites: new Map([...sites].filter(([id]) => !notes.has(id))),
    notes: [...notes.values()],
  };
}
