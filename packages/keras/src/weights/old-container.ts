import type { LayerDraft, NetworkDraft } from '../topology/layer-draft.js';
import { objectNames } from '../topology/object-names.js';
import { childrenOf, leavesOf } from './slots.js';
import type { TensorStore } from './store.js';

/** What Keras 2.13 called the container of a model's layers. */
const container = '_layer_checkpoint_dependencies';

/** Whether Keras 2.13 wrote a file of weights by objects. */
export function hasOldContainer({ groups }: TensorStore): boolean {
  return !groups.has('layers') && groups.has(container);
}

/**
 * Where an object is in a file of Keras 2.13, by its path in files of today. Its container held each layer that has weights twice, and counted
 * both: the second Dense is `dense_2`, the third `dense_4`. Layers that were met before are counted too.
 */
export function oldPaths(network: NetworkDraft): (path: string) => string {
  const paths = new Map<string, string>();
  note(network.layers, '', paths);
  return (path) => {
    const parts = path.split('/');
    for (let count = parts.length; count > 0; count--) {
      const known = paths.get(parts.slice(0, count).join('/'));
      if (known !== undefined) return [known, ...parts.slice(count)].join('/');
    }
    return path;
  };
}

/** Notes the paths of the layers of a container, and of those in them. @param inside The path of the container's owner in the file. */
function note(layers: readonly LayerDraft[], inside: string, paths: Map<string, string>): void {
  const visits = layers.flatMap((layer) => (hasWeights(layer) ? [layer, layer] : [layer]));
  const names = objectNames(
    visits.map(({ raw }) => raw),
    () => false,
  );
  for (const layer of layers) {
    const path = [inside, container, names[visits.indexOf(layer)]!].filter((part) => part !== '').join('/');
    if (!paths.has(layer.objectPath)) paths.set(layer.objectPath, path);
    noteInside(layer, path, paths);
  }
}

/** Models in a layer, also in one that is wrapped. */
function noteInside(layer: LayerDraft, path: string, paths: Map<string, string>): void {
  if (layer.network !== undefined) note(layer.network.layers, path, paths);
  for (const part of Object.values(layer.parts))
    noteInside(part, path + part.objectPath.slice(layer.objectPath.length), paths);
}

function hasWeights(layer: LayerDraft): boolean {
  if (childrenOf(layer).length > 0) return leavesOf(layer).some(hasWeights);
  const { known, rules = [], className, customWeights } = layer;
  return known === undefined ? className !== 'InputLayer' && customWeights?.length !== 0 : rules.length > 0;
}
