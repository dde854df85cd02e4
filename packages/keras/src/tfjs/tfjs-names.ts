import type { KerasLayer, KerasModel, KerasWeight } from '../model.js';
import { layerNames, type LayerNames } from '../network/layer-names.js';

/** What a weight is called in TensorFlow.js. One that several layers share has a name in each. */
export interface TfjsName {
  readonly name: string;
  /** Id of the layer that has it. */
  readonly layer: string;
  readonly weight: KerasWeight;
}

/** The names of all weights of a model, as {@link tfjsArtifacts} writes them. */
export function tfjsNames(model: KerasModel): readonly TfjsName[] {
  const names = layerNames(model);
  return model.network.layers.flatMap((layer) => namesIn(layer, names.get(layer)!, names));
}

function namesIn(layer: KerasLayer, owner: string, names: LayerNames): readonly TfjsName[] {
  const { network, parts, weights } = layer;
  return [
    ...weights.map((weight) => ({
      name: `${owner}/${weight.name.replaceAll('/', '_')}`,
      layer: layer.id,
      weight,
    })),
    ...(network?.layers.flatMap((inner) => namesIn(inner, names.get(inner)!, names)) ?? []),
    ...Object.entries(parts).flatMap(([key, part], index) =>
      namesIn(part, partOwner({ key, index }, owner, names.get(parts['forward_layer']!)), names),
    ),
  ];
}

/**
 * What the names of a part's weights begin with. A wrapper's layer has its weights under the wrapper's name; the two of `Bidirectional` are both
 * called after the first, and cells behind each other are counted.
 */
export function partOwner(
  { key, index }: { readonly key: string; readonly index: number },
  owner: string,
  forwardName: string | undefined,
): string {
  if (key.startsWith('cells/')) return `${owner}/cell_${index}`;
  const way = /^(forward|backward)_layer$/.exec(key)?.[1];
  return way === undefined ? owner : `${owner}/${way}_${forwardName}`;
}
