import { mismatch } from '../errors.js';
import { ownerPaths } from '../topology/shapes.js';
import type { LayerDraft, NetworkDraft } from '../topology/layer-draft.js';
import { openPlacements } from './layered.js';
import { hasOldContainer, oldPaths } from './old-container.js';
import type { Placement } from './placement.js';
import { leavesOf, type Slot } from './slots.js';
import { tensorAt, type TensorStore } from './store.js';
import type { StoredTensor } from './tensors.js';

/** Whether a file keeps weights by the objects that own them, as Keras 3 and `.keras` files do. */
export function hasObjects(store: TensorStore): boolean {
  return store.groups.has('layers') || hasOldContainer(store);
}

/** Random states of dropout and augmentation, and what a wrapper keeps of them; of no use when a model is run. */
const idle = /(^|\/)(seed_generator|_random_generator|random_generator)(_\d+)?\//;

/** The tensors that belong to the object at a path of the file and to what is in it, in the order of Keras. */
export function objectTensors(store: TensorStore, path: string): readonly StoredTensor[] {
  const base = `${path}/`;
  return [...store.tensors]
    .filter(([name]) => name.startsWith(base) && !idle.test(name))
    .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
    .map(([, tensor]) => tensor);
}

/**
 * Finds the weights in a file that keeps them by objects: `layers/dense_1/vars/0` is the first variable of the second Dense.
 *
 * @throws LowbitError `weights-mismatch` for a weight that is not there, and for one that no layer has.
 */
export function placeObjects(store: TensorStore, network: NetworkDraft, where: string): readonly Placement[] {
  const leaves = [...new Set(network.layers.flatMap(leavesOf))];
  const found = new Map<LayerDraft, readonly Placement[]>();
  const inFile = hasOldContainer(store) ? oldPaths(network) : (path: string) => path;
  for (const leaf of leaves) {
    const placements = placeLeaf(store, leaf, inFile);
    const same = placements === undefined ? sameObject(leaf, [...found.keys()]) : undefined;
    if (placements !== undefined) found.set(leaf, placements);
    else if (same !== undefined) leaf.sharedWith = same;
    else throw missing(leaf, where, inFile(leaf.objectPath));
  }
  const placements = [...found.values()].flat();
  checkSpare(store, placements, where);
  return placements;
}

/** The weights of a layer; undefined where the file does not have all of them. */
function placeLeaf(
  store: TensorStore,
  leaf: LayerDraft,
  inFile: (path: string) => string,
): readonly Placement[] | undefined {
  const tensors = () => objectTensors(store, inFile(leaf.objectPath));
  if (leaf.known === undefined) return leaf.className === 'InputLayer' ? [] : openPlacements(leaf, tensors());
  const counts = new Map<string, number>();
  const placements = (leaf.rules ?? []).flatMap((rule): Placement[] => {
    const paths = ownerPaths(leaf, rule).map(inFile);
    const [path] = [...paths.filter((each) => tensorAt(store, `${each}/vars/0`) !== undefined), ...paths];
    const index = counts.get(path!) ?? 0;
    counts.set(path!, index + 1);
    const tensor = tensorAt(store, `${path}/vars/${index}`);
    return tensor === undefined ? [] : [{ slot: { layer: leaf, rule }, tensor }];
  });
  return placements.length === (leaf.rules ?? []).length ? placements : undefined;
}

/** The layer that one without weights of its own in the file is, met before: an object of several models is stored once. */
function sameObject(leaf: LayerDraft, before: readonly LayerDraft[]): LayerDraft | undefined {
  const config = JSON.stringify(leaf.config);
  return before.find(
    ({ name, className, config: other }) =>
      name === leaf.name && className === leaf.className && JSON.stringify(other) === config,
  );
}

function missing(leaf: LayerDraft, where: string, path: string): Error {
  const slots: readonly Slot[] = (leaf.rules ?? []).map((rule) => ({ layer: leaf, rule }));
  const names = slots.map(({ rule }) => rule.name).join(', ');
  return mismatch(
    `${where}: ${leaf.id}`,
    `${names} at ${path}/vars`,
    'not all of them',
    'Give the weights that were saved from this very model, by the same version of Keras; of a store that max_shard_size split, every part: { topology, weights: [index, part, …] }.',
  );
}

/** Weights that nothing takes are a sign that the topology is another one. */
function checkSpare(store: TensorStore, placements: readonly Placement[], where: string): void {
  const used = new Set(placements.map(({ tensor }) => tensor.path));
  const isLayer = (path: string) =>
    /^(layers|_layer_checkpoint_dependencies)\//.test(path) && !idle.test(path);
  const spare = [...store.tensors.keys()].find((path) => isLayer(path) && !used.has(path));
  if (spare !== undefined)
    throw mismatch(where, 'weights of this model alone', `${spare}, which no layer of it has`);
}
