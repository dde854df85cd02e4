import { observedBy, type ActivationNote, type FittedSite } from '@lowbit/core/adapter';
import { patchesProblem, siteId, withoutPatches } from '@lowbit/tfjs-format';
import type { KerasLayer, KerasNetwork } from '../model.js';
import { leavesOf } from './leaves.js';

export interface WritableSites {
  /** Those that can be quantized in front of their layers. */
  readonly sites: ReadonlyMap<string, FittedSite>;
  /** Why the others stay float. */
  readonly notes: readonly ActivationNote[];
}

/** Tells the sites that can be written from those whose quantizer looks at what their layers have not. */
export function writableSites(network: KerasNetwork, sites: ReadonlyMap<string, FittedSite>): WritableSites {
  const notes = new Map<string, ActivationNote>();
  for (const { layer } of leavesOf(network)) {
    const site = sites.get(siteId(layer.id));
    if (site === undefined || observedBy(site.quantizer, site.options) !== 'patches') continue;
    const problem = patchesProblem(classWords(layer));
    if (problem !== undefined) notes.set(site.id, withoutPatches(site, problem));
  }
  return { sites: new Map([...sites].filter(([id]) => !notes.has(id))), notes: [...notes.values()] };
}

/** A convolution in groups is no product of its patches and one matrix. */
function classWords({ className, config: { groups = 1 } }: KerasLayer): string {
  return groups === 1 ? className : `${className} in groups`;
}
