import { hookInvalid, mismatch } from '../errors.js';
import type { LayerDraft, NetworkDraft } from '../topology/layer-draft.js';
import type { Origin } from '../topology/older-problems.js';
import type { Placement } from './placement.js';
import { joinGates, modernKernel } from './older.js';
import { leavesOf, orderedSlots, original, type Slot } from './slots.js';
import { listAttribute, tensorAt, type TensorStore } from './store.js';
import type { StoredTensor } from './tensors.js';

/** The tensors of one layer of the outermost model, in the order of the file. */
interface Group {
  readonly name: string;
  readonly tensors: readonly StoredTensor[];
  /** Whether the file says in which order they are. */
  readonly isOrdered: boolean;
}

/** The group that holds the layers of a file of Keras 1 or 2: inside a whole model, or the root of a file of weights. */
export function layeredRoot({ groups }: TensorStore): string | undefined {
  if (groups.has('model_weights')) return 'model_weights/';
  return listAttribute(groups.get(''), 'layer_names') === undefined ? undefined : '';
}

/** What a file of Keras 1 or 2 holds for a layer of the outermost model. */
export function layerTensors(store: TensorStore, root: string, layer: string): readonly StoredTensor[] {
  const base = `${root}${layer}`;
  const names = listAttribute(store.groups.get(base), 'weight_names');
  if (names !== undefined) return names.flatMap((name) => store.tensors.get(`${base}/${name}`) ?? []);
  return [...store.tensors].flatMap(([path, tensor]) => (path.startsWith(`${base}/`) ? [tensor] : []));
}

/**
 * Finds the weights in a file that has a group for each layer of the outermost model: Keras 1 and 2, and the `.h5` files of Keras 3. Within a
 * group the order decides, not the names of the tensors.
 *
 * @throws LowbitError `weights-mismatch`.
 */
export function placeLayered(
  store: TensorStore,
  root: string,
  network: NetworkDraft,
  where: string,
  origin: Origin,
): readonly Placement[] {
  const groups = groupsOf(store, root, where);
  const layers = network.layers.filter(hasWeights);
  for (const path of store.others.keys())
    if (layers.some(({ name }) => path.startsWith(`${root}${name}/`))) tensorAt(store, path);
  const pairs = paired(
    layers.length === groups.length ? layers : layers.filter((layer) => !isBare(layer, groups)),
    groups,
    where,
  );
  return pairs.flatMap(([layer, group]) => placeGroup(layer, group, where, origin));
}

function hasWeights(layer: LayerDraft): boolean {
  return orderedSlots(layer).length > 0 || leavesOf(layer).some(isOpen);
}

/** A layer of a class of which it is not known what weights it has. */
function isOpen({ known, className }: LayerDraft): boolean {
  return known === undefined && className !== 'InputLayer';
}

/** A layer of such a class for which the file has nothing, and of which no hook names a weight. */
function isBare(layer: LayerDraft, groups: readonly Group[]): boolean {
  const own = leavesOf(layer);
  const isNamed = groups.some(({ name }) => name === layer.name);
  return !isNamed && own.every((leaf) => isOpen(leaf) && (leaf.customWeights ?? []).length === 0);
}

/** @throws LowbitError `weights-mismatch` for a file that names a layer, or a weight of one, several times. */
function groupsOf(store: TensorStore, root: string, where: string): readonly Group[] {
  const listed = listAttribute(store.groups.get(root.replace(/\/$/, '')), 'layer_names');
  checkOnce(listed, `${where}: layer_names`);
  const names = listed ?? [...store.groups.keys()].flatMap((path) => childName(path, root) ?? []);
  return names
    .map((name) => {
      const order = listAttribute(store.groups.get(`${root}${name}`), 'weight_names');
      checkOnce(order, `${where}: weight_names of ${name}`);
      return { name, tensors: layerTensors(store, root, name), isOrdered: order !== undefined };
    })
    .filter(({ tensors }) => tensors.length > 0);
}

function checkOnce(names: readonly string[] = [], where: string): void {
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice === undefined) return;
  const count = names.filter((name) => name === twice).length;
  throw mismatch(where, 'every name once', `${twice} ${count} times`, 'Save the model again with Keras.');
}

function childName(path: string, root: string): string | undefined {
  const name = path.slice(root.length);
  return path.startsWith(root) && name !== '' && !name.includes('/') && name !== 'top_level_model_weights'
    ? name
    : undefined;
}

/** Layers and groups by their names; where a name is missing, by their order, as Keras itself pairs them. */
function paired(
  layers: readonly LayerDraft[],
  groups: readonly Group[],
  where: string,
): readonly (readonly [LayerDraft, Group])[] {
  const byName = new Map(groups.map((group) => [group.name, group]));
  if (layers.every(({ name }) => byName.has(name))) {
    const names = new Set(layers.map(({ name }) => name));
    const spare = groups.find(({ name }) => !names.has(name));
    if (spare === undefined) return layers.map((layer) => [layer, byName.get(layer.name)!]);
  }
  if (layers.length === groups.length) return layers.map((layer, i) => [layer, groups[i]!]);
  const lost = layers.find(({ name }) => !byName.has(name));
  const names = groups.map(({ name }) => name);
  const list = `${groups.length}: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ' …' : ''}`;
  throw mismatch(
    where,
    `weights for ${layers.length} layers${lost === undefined ? '' : `, ${lost.name} among them`}`,
    groups.length === 0 ? 'no weights at all' : `weights for ${list}`,
  );
}

function placeGroup(layer: LayerDraft, group: Group, where: string, origin: Origin): readonly Placement[] {
  const open = leavesOf(layer).find(isOpen);
  if (open !== undefined) return placeOpen(layer, open, group, where);
  const slots = orderedSlots(layer);
  checkLora(layer, group, where);
  const tensors = group.isOrdered ? joinGates(layer, group.tensors) : byNames(slots, group, where);
  if (tensors.length !== slots.length)
    throw mismatch(
      `${where}: ${layer.id}`,
      `${slots.length} weights: ${slots.map(({ rule }) => rule.name).join(', ')}`,
      `${tensors.length}`,
    );
  return slots.map((slot, i) => ({ slot, tensor: modernKernel(slot, tensors[i]!, origin) }));
}

/** Files of objects have the sum of a weight and of what LoRA trains beside it; these here have them apart, in an order of their own. */
function checkLora(layer: LayerDraft, { tensors }: Group, where: string): void {
  const beside = tensors.find(({ path }) => /\/lora_\w+_[ab](:0)?$/.test(path));
  if (beside === undefined) return;
  throw mismatch(
    `${where}: ${layer.id}`,
    'weights with which what LoRA trained is merged',
    `${beside.path} beside them`,
    'Save the model as .keras, for which Keras merges them, or load it in Keras and call save_weights("model.weights.h5").',
  );
}

/** Where a file does not say in which order tensors are, their names tell which they are. */
function byNames(slots: readonly Slot[], group: Group, where: string): readonly StoredTensor[] {
  return slots.map(({ layer, rule }) => {
    const words = rule.name.split('/');
    const ends = group.tensors.filter(
      ({ path }) => path.replace(/:0$/, '').split('/').at(-1) === words.at(-1),
    );
    const near = ends.filter(
      ({ path }) => path.includes(layer.name) && words.every((word) => path.includes(word)),
    );
    const [found, ...others] = ends.length === 1 ? ends : near;
    if (found !== undefined && others.length === 0) return found;
    const names = group.tensors.map(({ path }) => path).join(', ');
    throw mismatch(`${where}: ${layer.id}`, `one tensor for ${rule.name}`, names);
  });
}

/** A layer that a hook described takes what the file has for it; inside a model nothing tells where its weights end. */
function placeOpen(layer: LayerDraft, open: LayerDraft, group: Group, where: string): readonly Placement[] {
  if (original(layer) !== open)
    throw mismatch(
      `${where}: ${open.id}`,
      'a layer of the outermost model',
      'a layer of your own inside another one',
    );
  return openPlacements(open, group.tensors);
}

/**
 * All tensors for a layer of an unknown class, by the names that a hook gave, or by those in the file.
 *
 * @throws LowbitError `invalid-argument` for names that are too few or too many, and for those that the file itself has in another order.
 */
export function openPlacements(layer: LayerDraft, tensors: readonly StoredTensor[]): readonly Placement[] {
  const own = storedNames(tensors);
  const { customWeights: names = own } = layer;
  const listed = () => own.map((name, i) => `${name} [${tensors[i]!.shape.join(', ')}]`).join(', ');
  if (names.length !== tensors.length)
    throw hookInvalid(
      layer.id,
      `names of all ${tensors.length} weights: ${listed()}`,
      names.join(', ') || 'none',
    );
  if (isOtherOrder(names, own))
    throw hookInvalid(layer.id, `weights in the order of the file: ${listed()}`, names.join(', '));
  return tensors.map((tensor, i) => ({
    slot: { layer, rule: { name: names[i]!, shape: undefined } },
    tensor,
  }));
}

const isOtherOrder = (names: readonly string[], own: readonly string[]): boolean =>
  names.some((name, i) => name !== own[i]) && names.every((name) => own.includes(name));

/**
 * What tensors of one layer are called in the file, in short: the ends of their paths. Where several end alike, or with a number alone as in files of Keras 3
 * (`vars/0`), which TensorFlow.js would take for a place in its own order, with what stands in front.
 */
export function storedNames(tensors: readonly StoredTensor[]): readonly string[] {
  const paths = tensors.map(({ path }) => path.replace(/:0$/, '').split('/'));
  const ends = paths.map((path) => path.at(-1)!);
  if (new Set(ends).size === ends.length && ends.every((end) => !/^\d/.test(end))) return ends;
  const [first] = paths;
  const shortest = Math.min(...paths.map(({ length }) => length));
  let common = 0;
  while (common < shortest - 2 && paths.every((path) => path[common] === first![common])) common++;
  return paths.map((path) => path.slice(common).join('/'));
}
