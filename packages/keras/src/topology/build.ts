import type { Problem } from '@lowbit/core';
import { graphInvalid, malformed } from '../errors.js';
import type { CustomLayer, LayerHooks, StoredWeight } from '../hooks.js';
import { layerClass } from '../layers/classes.js';
import type { JsonValue } from '../model.js';
import { askHook, hasConstants, hookFor } from './ask-hook.js';
import { layersForOperations } from './operations.js';
import { inputShape, neutralConfig, type Neutral } from './config.js';
import { chainedCalls } from './connect.js';
import { LayerDraft, type NetworkDraft } from './layer-draft.js';
import { objectNames } from './object-names.js';
import { withoutMasks } from './without-masks.js';
import { rawLayer, type RawLayer } from './raw-layer.js';
import { withTensorsAlone } from './operation-call.js';
import { isModel, isWrapper, refusalOf } from './refusals.js';
import { graphNetwork } from './graph-network.js';
import { partsOf } from './parts.js';

/** Bounds that keep hostile topologies from taking memory or time. */
const limits = { layers: 50_000, depth: 32 } as const;

/** What is known while a model is put together. */
export interface BuildContext {
  readonly hooks: LayerHooks;
  /** What the file holds for a layer, as far as that can be told; for hooks. */
  weightsOf(layer: LayerDraft): readonly StoredWeight[];
  /** Layers by the number that Keras gave to those that occur several times. */
  readonly shared: Map<number, LayerDraft>;
  /** Whether Keras 3 made the model. Earlier ones leave out layers that were met before when layers are counted. */
  readonly isKeras3: boolean;
  /** Whether Keras 1 did, whose layers have options that later ones lack. */
  readonly isKeras1: boolean;
  /** Layers that cannot be represented. */
  readonly problems: Problem[];
  /** Layers by their ids. */
  readonly ids: Map<string, LayerDraft>;
  /** Policies of types other than float32. */
  readonly policies: Set<string>;
}

/** Where a layer stands. */
interface Place {
  /** Names from the outermost model, joined; empty for that itself. */
  readonly path: string;
  /** The path of its object in files of Keras 3; empty for the outermost model. */
  readonly objectPath: string;
  readonly depth: number;
}

/** Builds the network of a model and, in it, of all models inside. */
export function buildNetwork(raw: RawLayer, place: Place, context: BuildContext): NetworkDraft {
  const where = place.path || raw.name || 'the model';
  if (place.depth > limits.depth)
    throw graphInvalid(where, `models at most ${limits.depth} deep`, 'deeper ones');
  const list = raw.config['layers'];
  if (!Array.isArray(list)) throw malformed(where, 'a list of layers', typeof list);
  checkCount(list.length, where);
  const written = (list as JsonValue[]).map((value, i) => rawLayer(value, `${where}: layers[${i}]`));
  checkNames(written, where);
  const isHooked = (layer: RawLayer) => hookFor(layer, context.hooks) !== undefined;
  const raws = layersForOperations(withoutMasks(written, raw.config['output_layers']), isHooked);
  const isShared = ({ sharedId }: RawLayer) =>
    !context.isKeras3 && sharedId !== undefined && context.shared.has(sharedId);
  const names = objectNames(raws, isShared);
  const layers = raws.map((each, i) =>
    buildLayer(each, inside(place, each.name, `layers/${names[i]}`), context),
  );
  return raw.className === 'Sequential'
    ? chain(raw, layers, where, context)
    : graphNetwork(raw, layers, where, context.isKeras3 ? written : undefined);
}

function inside({ path, objectPath, depth }: Place, name: string, object: string): Place {
  const join = (from: string, to: string) => (from === '' ? to : `${from}/${to}`);
  return { path: join(path, name), objectPath: join(objectPath, object), depth: depth + 1 };
}

function checkCount(layers: number, where: string): void {
  if (layers > limits.layers) throw graphInvalid(where, `at most ${limits.layers} layers`, `${layers}`);
}

/** Names are told in errors and joined to paths. */
const longestName = 1000;

function checkNames(raws: readonly RawLayer[], where: string): void {
  const seen = new Set<string>();
  for (const { name, className } of raws) {
    if (className.length > longestName)
      throw malformed(where, 'names of classes', `${className.length} characters`);
    if (name === '') throw malformed(where, 'a name for each layer', `a ${className} without one`);
    if (name.length > longestName)
      throw malformed(where, `names of at most ${longestName} characters`, `${name.length}`);
    if (seen.has(name))
      throw graphInvalid(where, 'layers with names of their own', `two layers called ${name}`);
    seen.add(name);
  }
}

function chain(raw: RawLayer, layers: LayerDraft[], where: string, context: BuildContext): NetworkDraft {
  const [first] = layers;
  if (first === undefined) throw graphInvalid(where, 'at least one layer', 'none');
  const all = first.className === 'InputLayer' ? layers : [impliedInput(raw, first, context), ...layers];
  const end = { layer: all.at(-1)!.name, call: 0, output: 0 };
  const inputs = [{ layer: all[0]!.name, call: 0, output: 0 }];
  return {
    kind: 'Sequential',
    name: raw.name,
    layers: all,
    calls: chainedCalls(all),
    inputs,
    outputs: [end],
  };
}

/** The input that a Sequential has although no layer stands for it. Where it begins with a model, that has the shape alone. */
function impliedInput(raw: RawLayer, first: LayerDraft, context: BuildContext): LayerDraft {
  const start = first.network?.layers.find(({ name: own }) => own === first.network!.inputs[0]?.layer);
  const within = start?.raw.config ?? {};
  const shape = inputShape(first.raw.config) ?? raw.buildShape ?? inputShape(within) ?? null;
  const name = `${first.name}_input`;
  const dtype = first.raw.config['input_dtype'] ?? within['dtype'] ?? 'float32';
  const config = { name, ...(shape !== null && { batch_shape: shape }), dtype };
  const written = rawLayer({ class_name: 'InputLayer', config }, name);
  const path = first.id.slice(0, first.id.length - first.name.length) + name;
  return buildLayer(written, { path, objectPath: '', depth: 0 }, context);
}

/** Builds one layer, and what is in it. */
function buildLayer(raw: RawLayer, place: Place, context: BuildContext): LayerDraft {
  const { neutral, custom, problem } = described(raw, place, context);
  const asked = custom !== undefined && hasConstants(raw) ? withTensorsAlone(raw) : raw;
  const layer = new LayerDraft(asked, place, neutral, layerClass(neutral.className));
  checkCount(context.ids.size + 1, place.path);
  context.ids.set(place.path, layer);
  if (custom !== undefined) noteCustom(layer, custom);
  if (problem !== undefined) layer.refused = true;
  noteShared(layer, context);
  if (isModel(neutral.className)) layer.network = buildNetwork(raw, place, context);
  else if (isWrapper(neutral.className)) addParts(layer, place, context);
  return layer;
}

function noteShared(layer: LayerDraft, { shared }: BuildContext): void {
  const { sharedId } = layer.raw;
  if (sharedId === undefined) return;
  const earlier = shared.get(sharedId);
  if (earlier === undefined) shared.set(sharedId, layer);
  else if (earlier.className === layer.className) layer.sharedWith = earlier;
}

function noteCustom(layer: LayerDraft, { weights, outputShape }: CustomLayer): void {
  if (weights !== undefined) layer.customWeights = weights;
  layer.customOutput = outputShape;
}

/** The layer in neutral words, or what a hook puts in its place; what cannot be represented is noted. */
function described(
  raw: RawLayer,
  place: Place,
  context: BuildContext,
): { neutral: Neutral; custom?: CustomLayer; problem?: Problem | undefined } {
  const neutral = neutralConfig(raw);
  const hook = hookFor(raw, context.hooks);
  if (hook !== undefined) {
    const draft = new LayerDraft(raw, place, raw, undefined);
    const custom = askHook(hook, raw, place.path, context.weightsOf(draft));
    const config = custom.config ?? raw.config;
    const className = custom.className.slice(custom.className.indexOf('>') + 1);
    return { neutral: { ...neutralConfig({ className, config }), className }, custom };
  }
  const problem = refusalOf(raw, neutral, place.path, context.isKeras1);
  if (problem !== undefined) context.problems.push(problem);
  else if (neutral.policy !== 'float32' && neutral.className !== 'InputLayer')
    context.policies.add(neutral.policy);
  return { neutral, problem };
}

function addParts(layer: LayerDraft, place: Place, context: BuildContext): void {
  for (const { name, raw, object } of partsOf(layer, place.path)) {
    const own = object === undefined ? place : inside(place, raw.name || name, object);
    layer.parts[name] = buildLayer(raw, own, context);
  }
}
