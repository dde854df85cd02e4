import { mismatch } from '../errors.js';
import type { WeightRule } from '../layers/layer-class.js';
import { partOwner } from '../tfjs/tfjs-names.js';
import type { LayerDraft, NetworkDraft } from '../topology/layer-draft.js';
import type { Placement } from './placement.js';
import { original } from './slots.js';
import type { StoredTensor } from './tensors.js';

/**
 * Finds the weights in files of TensorFlow.js, which name each after its layer: `dense/kernel`, or with the names of what is around it in front.
 *
 * @throws LowbitError `weights-mismatch` for a weight that is not there, that several tensors may be, or that no layer has.
 */
export function placeNamed(
  tensors: readonly StoredTensor[],
  network: NetworkDraft,
  where: string,
): readonly Placement[] {
  const byPath = new Map(tensors.map((tensor) => [tensor.path, tensor]));
  const placed = [...ownersIn(network)].flatMap(([layer, owner]) =>
    rulesOf(layer).map((rule) => {
      const path = `${owner}/${rule.name.replaceAll('/', '_')}`;
      const tensor =
        byPath.get(path) ?? byPath.get(ofPlainCell(path)) ?? nearest(tensors, layer, rule.name, where);
      return { slot: { layer, rule }, tensor };
    }),
  );
  const used = new Set(placed.map(({ tensor }) => tensor));
  const stray = tensors.find((tensor) => !used.has(tensor));
  if (stray !== undefined)
    throw mismatch(where, 'weights of this model alone', `${stray.path}, which no layer of it has`);
  return placed;
}

/** What TensorFlow.js itself calls a weight of one of several cells. */
function ofPlainCell(path: string): string {
  return path.replace(/\/cell_(\d+)\//, '/RNNCell_$1/');
}

/** What a layer must have, or a hook says that it has. */
function rulesOf({ rules, customWeights = [] }: LayerDraft): readonly WeightRule[] {
  return rules ?? customWeights.map((name) => ({ name, shape: undefined }));
}

/** The layers that have weights themselves, each once, with what TensorFlow.js puts in front of the weights' names. */
function ownersIn({ layers }: NetworkDraft): ReadonlyMap<LayerDraft, string> {
  return new Map(layers.flatMap((layer) => ownersOf(original(layer), layer.name)));
}

function ownersOf(layer: LayerDraft, owner: string): readonly (readonly [LayerDraft, string])[] {
  if (layer.network !== undefined) return [...ownersIn(layer.network)];
  const parts = Object.entries(layer.parts);
  const forwardName = layer.parts['forward_layer']?.name;
  return parts.length === 0
    ? [[layer, owner]]
    : parts.flatMap(([key, part], index) =>
        ownersOf(original(part), partOwner({ key, index }, owner, forwardName)),
      );
}

/** The one tensor that has the layer's name among those in front, and the weight's at the end. */
function nearest(
  tensors: readonly StoredTensor[],
  layer: LayerDraft,
  name: string,
  where: string,
): StoredTensor {
  const last = name.split('/').at(-1);
  const near = tensors.filter(({ path }) => {
    const words = path.split('/');
    return words.at(-1) === last && words.includes(layer.name);
  });
  const [tensor, ...others] = near;
  if (tensor !== undefined && others.length === 0) return tensor;
  const received = tensor === undefined ? 'none' : near.map(({ path }) => path).join(', ');
  throw mismatch(`${where}: ${layer.id}`, `one weight ${layer.name}/${name}`, received);
}
