import { observedBy, type ActivationNote, type FittedSite } from '@lowbit/core/adapter';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';
import { siteId } from '../describe/describe-sites.js';
import { patchesProblem } from './patches.js';

export interface WritableSites {
  /** Those that can be quantized in front of their layers. */
  readonly sites: ReadonlyMap<string, FittedSite>;
  /** Why the others stay float. */
  readonly notes: readonly ActivationNote[];
}

/** Tells the sites that can be written from those whose quantizer looks at what their layers have not. */
export function writableSites(model: LayersModel, sites: ReadonlyMap<string, FittedSite>): WritableSites {
  const problems = new Map<string, string>();
  for (const { id, layer } of surveyModel(model)) {
    const site = sites.get(siteId(id));
    if (site === undefined || observedBy(site.quantizer, site.options) !== 'patches') continue;
    const problem = patchesProblem(layer);
    if (problem !== undefined) problems.set(site.id, `${site.quantizer.name} sees patches, and ${problem}`);
  }
  return {
    sites: new Map([...sites].filter(([id]) => !problems.has(id))),
    notes: [...problems].map(([id, reason]) => ({ id, form: 'float', float: true, reason })),
  };
}
