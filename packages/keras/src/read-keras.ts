import { isLowbitError, LowbitError, type CancelSignal, type Problem } from '@lowbit/core';
import { checkArgument, checkOptionNames } from '@lowbit/core/adapter';
import { graphInvalid, malformed } from './errors.js';
import type { LayerHooks, StoredWeight } from './hooks.js';
import type { KerasModel, KerasWeight } from './model.js';
import { publish } from './publish.js';
import { openSource, type KerasSource, type OpenSource } from './source/source.js';
import { sourceBytes } from './source/source-bytes.js';
import type { Topology } from './topology/read-topology.js';
import { buildNetwork, type BuildContext } from './topology/build.js';
import type { LayerDraft, NetworkDraft } from './topology/layer-draft.js';
import { completeRules, walk } from './topology/shapes.js';
import { olderProblems, type Origin } from './topology/older-problems.js';
import { operationProblems } from './topology/operation-problems.js';
import { withTheanoPadding } from './topology/theano-padding.js';
import { layeredRoot, layerTensors, placeLayered, storedNames } from './weights/layered.js';
import { placeNamed } from './weights/named.js';
import { hasObjects, objectTensors, placeObjects } from './weights/objects.js';
import { giveWeights, shareWeights, type Placement } from './weights/placement.js';
import { hasOldContainer } from './weights/old-container.js';
import { isFlippedByTheano } from './weights/older.js';
import { originsOf } from './weights/origin.js';
import { leavesOf } from './weights/slots.js';
import type { TensorStore } from './weights/store.js';

/** How a model is read. */
export interface KerasOptions extends LayerHooks {
  /** Most milliseconds for opening an HDF5 file, and for reading each tensor of it. Default 60,000. */
  readonly timeLimit?: number;
  /**
   * What Keras 1 computed with when it saved the file, where the names of its weights do not tell: Theano turned kernels of convolutions by 180°.
   * Default: what the file tells, else TensorFlow, and `notes` of the model say so.
   */
  readonly backend?: 'theano' | 'tensorflow';
  readonly signal?: CancelSignal;
  /** Share of the file that was gone through, 0 … 1: of a large `.keras` file the checksum is told first. */
  readonly onProgress?: (share: number) => void;
}

const optionNames = ['timeLimit', 'backend', 'signal', 'onProgress', 'customLayers', 'lambdas'];

/**
 * Reads a model of Keras. Of its weights no more than names and shapes is read; values are read when they are asked for.
 *
 * @throws LowbitError `model-not-keras`, `model-malformed`, `graph-invalid`, `graph-cyclic`; `layer-unsupported` with every layer that cannot be
 *   represented; `weights-mismatch` for the first weight that is not the one that its layer demands; `aborted`.
 */
export async function readKeras(source: KerasSource, options: KerasOptions = {}): Promise<KerasModel> {
  const opened = await openKeras(source, options);
  try {
    const fileBytes = sourceBytes(source) - opened.optimizerBytes;
    const model = { ...modelOf(opened, options), fileBytes };
    options.onProgress?.(1);
    return model;
  } catch (error) {
    opened.close();
    if (isLowbitError(error)) throw error;
    throw malformed(opened.where, 'a model of Keras', (error as Error).message, undefined, error);
  }
}

/** Opens a source by the options of the user. */
export function openKeras(source: KerasSource, options: KerasOptions): Promise<OpenSource> {
  checkOptionNames(options, optionNames, 'keras');
  const { signal, onProgress, backend } = options;
  checkArgument(backend === undefined || backend === 'theano' || backend === 'tensorflow', backend, {
    where: "keras: option 'backend'",
    expected: "'theano' or 'tensorflow'",
  });
  checkArgument(onProgress === undefined || typeof onProgress === 'function', onProgress, {
    where: "keras: option 'onProgress'",
    expected: 'a function',
  });
  return openSource(source, { timeLimit: timeLimitOf(options), signal, onProgress, checkTopology });
}

/** Refuses graphs that are none of Keras, whatever their weights are. What hooks stand for is looked at with the weights. */
function checkTopology(topology: Topology, where: string): void {
  try {
    networkOf({ topology, where }, {});
  } catch (error) {
    if (isLowbitError(error) && /^graph-/.test(error.code)) throw error;
  }
}

function timeLimitOf({ timeLimit = 60_000 }: KerasOptions): number {
  if (Number.isFinite(timeLimit) && timeLimit > 0) return timeLimit;
  const expected = 'a number of milliseconds above 0';
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'keras: timeLimit',
    expected,
    received: String(timeLimit),
  });
}

function modelOf(opened: OpenSource, hooks: NetworkOptions): KerasModel {
  const { network, notes, problems, origin } = networkOf(opened, hooks);
  const [first, ...others] = problems;
  if (first !== undefined) throw new LowbitError([first, ...others]);
  const weights = placeWeights(opened, network, origin);
  const { version } = opened.topology;
  return {
    name: network.name,
    network: publish(network),
    weights,
    ...(version !== undefined && { kerasVersion: version }),
    ...(opened.plans !== undefined && opened.plans.length > 0 && { plans: opened.plans }),
    notes: [...opened.notes, ...notes],
    close: () => opened.close(),
  };
}

/** What the user says of layers, and of what computed them. */
export type NetworkOptions = LayerHooks & Pick<KerasOptions, 'backend'>;

/** The graph of a model, with every layer that cannot be represented. */
export function networkOf(
  { topology, store, where }: Pick<OpenSource, 'topology' | 'store' | 'where'>,
  { backend, ...hooks }: NetworkOptions,
): {
  readonly network: NetworkDraft;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
  /** Of its weights. */
  readonly origin: Origin;
} {
  const policies = new Set<string>();
  const problems: Problem[] = [];
  const origins = originsOf(topology, store, backend);
  const context: BuildContext = {
    hooks,
    weightsOf: (layer) => storedWeights(store, layer) ?? [],
    shared: new Map(),
    isKeras3: (topology.version ?? '').startsWith('3'),
    isKeras1: origins.topology.isOfKeras1,
    problems,
    ids: new Map(),
    policies,
  };
  const { isOfKeras1, isFromTheano } = origins.topology;
  const model = isOfKeras1 && isFromTheano ? withTheanoPadding(topology.model) : topology.model;
  if (model.config['layers'] === undefined)
    throw graphInvalid(
      where,
      'a Sequential or Functional model',
      `${model.writtenClass}, a class of your own`,
    );
  const className =
    Array.isArray(model.config['input_layers']) || model.config['input_layers'] ? 'Functional' : 'Sequential';
  const network = buildNetwork({ ...model, className }, { path: '', objectPath: '', depth: 0 }, context);
  try {
    walk(network, []);
    network.layers.forEach(completeRules);
  } catch (error) {
    // Layers that cannot be represented are told first; what is wrong besides may come of them.
    if (isLowbitError(error) && error.code === 'layer-unsupported') problems.push(...error.problems);
    if (problems.length === 0) throw error;
  }
  if (problems.length === 0)
    problems.push(...operationProblems(network), ...olderProblems(network, origins.topology));
  const unsure = origins.isUnsure && dependsOnBackend(network);
  const notes = [...policyNotes(policies), ...(unsure ? [unsureNote] : [])];
  return { network, notes, problems, origin: origins.weights };
}

/** Whether Theano would have turned a kernel, or padded otherwise. */
function dependsOnBackend(network: NetworkDraft): boolean {
  const padded = olderProblems(network, { isOfKeras1: false, isFromTheano: true });
  return padded.length > 0 || network.layers.flatMap(leavesOf).some(isFlippedByTheano);
}

const unsureNote =
  "Nothing in the file tells whether Keras 1 computed with TensorFlow or with Theano, which turns kernels of convolutions and pads otherwise: TensorFlow is taken for it. Give { backend: 'theano' } where it was that.";

function policyNotes(policies: ReadonlySet<string>): readonly string[] {
  const others = [...policies].filter((policy) => policy !== 'float32');
  return others.length === 0 ? [] : [`Layers with the policy ${others.join(', ')} are computed in float32.`];
}

/** What the file holds for a layer; undefined where that cannot be told before the other layers are known. */
export function storedWeights(
  store: TensorStore | undefined,
  layer: LayerDraft,
): readonly StoredWeight[] | undefined {
  if (store === undefined) return undefined;
  const root = layeredRoot(store);
  if ((root !== undefined && layer.id !== layer.name) || hasOldContainer(store)) return undefined;
  const tensors =
    root === undefined ? objectTensors(store, layer.objectPath) : layerTensors(store, root, layer.name);
  const names = storedNames(tensors);
  return tensors.map(({ shape }, i) => ({ name: names[i]!, shape }));
}

/**
 * Brings layers and weights together.
 *
 * @throws LowbitError `weights-mismatch`, `model-not-keras` where there are none.
 */
export function placeWeights(
  opened: OpenSource,
  network: NetworkDraft,
  origin: Origin,
): readonly KerasWeight[] {
  const weights = giveWeights(placements(opened, network, origin), opened.where);
  shareWeights(network.layers);
  return weights;
}

function placements(
  { store, named, where }: OpenSource,
  network: NetworkDraft,
  origin: Origin,
): readonly Placement[] {
  if (named !== undefined) return placeNamed(named, network, where);
  if (store === undefined) return withoutWeights(network, where);
  if (hasObjects(store)) return placeObjects(store, network, where);
  const root = layeredRoot(store) ?? '';
  return placeLayered(store, root, network, where, origin);
}

function withoutWeights(network: NetworkDraft, where: string): readonly Placement[] {
  const needy = network.layers.flatMap(leavesOf).find(({ rules = [] }) => rules.length > 0);
  if (needy === undefined) return [];
  throw new LowbitError({
    code: 'model-not-keras',
    where,
    expected: `weights for ${needy.id}`,
    received: 'a topology alone',
    remedy: 'Give it with the weights: { topology, weights }.',
  });
}
