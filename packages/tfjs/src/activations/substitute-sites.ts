import type { FittedSite } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';
import type { LayerCalls } from '../training/layer-calls.js';
import { siteId } from './describe-sites.js';
import { inputQuantizer } from './input-quantizer.js';
import { writableSites } from './writable-sites.js';

/** From now on these layers quantize their inputs, where they can. */
export function substituteSites(
  model: LayersModel,
  sites: ReadonlyMap<string, FittedSite>,
  calls: LayerCalls,
): void {
  const { sites: writable } = writableSites(model, sites);
  for (const { id, layer } of surveyModel(model)) {
    const site = writable.get(siteId(id));
    if (site !== undefined) calls.change(layer, { around: inputQuantizer(site, layer) });
  }
}
