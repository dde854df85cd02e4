import type { SiteDescriptor } from '@lowbit/core';
import type { ModelDescription } from '../describe/described-layer.js';
import { openGraph } from '../graph/model-editor.js';
import type { OnnxModel } from '../model/model.js';
import { integerLayers } from './integer-layers.js';
import { isFused } from './integer-layer.js';
import { type IntegerWish } from './integer-wish.js';
import { dataOf, qdqPlan } from './qdq-plan.js';

/**
 * The values that are quantized when activations are, by the id of the layer that they belong to: what integer layers
 * take, and with `qdq` also what they give, and what the operators between them give. A site's id is the value's name.
 */
export function integerSites(
  model: OnnxModel,
  description: ModelDescription,
  wish: IntegerWish,
): ReadonlyMap<string, readonly SiteDescriptor[]> {
  const graph = openGraph(model, description.order);
  const { layers } = integerLayers(model, description.layers, graph, wish, false);
  const sites = new Map(layers.map(({ layer, input }) => [layer.id, [siteAt(input, 'input')]]));
  if (wish.form === 'operators') return sites;
  const owners = new Map<string, string>();
  const { results, passing } = qdqPlan(layers.filter(isFused), graph, model.opset);
  const give = (owner: string, tensor: string, observed: boolean) => {
    owners.set(tensor, owner);
    if (observed) sites.get(owner)?.push(siteAt(tensor, 'output'));
  };
  for (const { layer, tensor } of results) give(layer.layer.id, tensor, true);
  for (const { node, tensor, range } of passing) {
    give(owners.get(dataOf(node, graph)[0] ?? '') ?? '', tensor, range === 'own');
  }
  return sites;
}

function siteAt(tensor: string, side: SiteDescriptor['side']): SiteDescriptor {
  return { id: tensor, tensor, side };
}
