import { isLowbitError, type Problem } from '@lowbit/core';
import { defined, sizeOf, withoutUnfit } from '@lowbit/core/adapter';
import type { Shape } from './model.js';
import { describeLayer } from './port/describe-layer.js';
import { leavesOf as leavesOfNetwork } from './port/leaves.js';
import { publish } from './publish.js';
import { networkOf, openKeras, placeWeights, storedWeights, type KerasOptions } from './read-keras.js';
import type { KerasSource, OpenSource } from './source/source.js';
import type { LayerDraft, NetworkDraft } from './topology/layer-draft.js';
import { childrenOf, leavesOf } from './weights/slots.js';
import type { TensorStore } from './weights/store.js';

/** What is in a model of Keras. */
export interface KerasInspection {
  readonly name: string;
  readonly kerasVersion?: string;
  readonly layers: readonly InspectedLayer[];
  /** Values of all weights; `null` where neither topology nor file tells. */
  readonly parameters: number | null;
  /** Why the model cannot be read: layers that cannot be represented, weights that do not fit. Empty for one that can. */
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

/** One layer, in the order of the file; those inside a model or a wrapper follow it. */
export interface InspectedLayer {
  readonly id: string;
  readonly className: string;
  /** How many models and wrappers it lies in. */
  readonly depth: number;
  /** Of its first call, where known. */
  readonly outputShape?: Shape;
  /** Values of its own weights and of those inside it; `null` where that is not known. */
  readonly parameters: number | null;
}

/**
 * Tells what is in a model, also in one that cannot be read, and in a topology alone.
 *
 * @throws LowbitError as `readKeras` for a file that is no model or whose graph is not valid.
 */
export async function inspectKeras(
  source: KerasSource,
  options: KerasOptions = {},
): Promise<KerasInspection> {
  const opened = await openKeras(source, options);
  try {
    const { network, notes, problems, origin } = networkOf(opened, options);
    const misfits =
      problems.length === 0 && hasWeights(opened) ? misfit(() => placeWeights(opened, network, origin)) : [];
    const isWhole = problems.length + misfits.length === 0 && hasWeights(opened);
    const { version } = opened.topology;
    const layers = inspected(network, 0, opened.store);
    return {
      name: network.name,
      ...(version !== undefined && { kerasVersion: version }),
      layers,
      parameters: total(layers.filter(({ depth }) => depth === 0).map(({ parameters }) => parameters)),
      problems: [...problems, ...misfits],
      notes: [...opened.notes, ...notes, ...(isWhole ? await unfitNotes(network, options) : [])],
    };
  } finally {
    opened.close();
  }
}

const hasWeights = ({ store, named }: OpenSource) => store !== undefined || named !== undefined;

/** Which weights would stay float for their values, and why. */
async function unfitNotes(network: NetworkDraft, { signal }: KerasOptions): Promise<readonly string[]> {
  const layers = await Promise.all(leavesOfNetwork(publish(network)).map(describeLayer));
  const quantizable = layers.flatMap(({ op, weights }) =>
    weights.flatMap(({ id, storedBytes: bytes, quantizedBefore }) =>
      quantizedBefore === undefined ? { id, op, bytes } : [],
    ),
  );
  const possible = { quantizable, quantizableBytes: 0, skipped: [] };
  const { skipped } = await withoutUnfit(possible, layers, defined({ signal }));
  return skipped.map(({ reason }) => reason);
}

/** What is wrong with the weights, where there are some. */
function misfit(place: () => unknown): readonly Problem[] {
  try {
    place();
    return [];
  } catch (error) {
    if (isLowbitError(error)) return error.problems;
    throw error;
  }
}

function inspected(
  { layers, calls }: NetworkDraft,
  depth: number,
  store: TensorStore | undefined,
): readonly InspectedLayer[] {
  return layers.flatMap((layer) => {
    const shape = calls.find((call) => call.layer === layer)?.outputShapes[0] ?? inputShape(layer);
    return withInner(layer, depth, store, shape);
  });
}

function withInner(
  layer: LayerDraft,
  depth: number,
  store: TensorStore | undefined,
  outputShape?: Shape,
): readonly InspectedLayer[] {
  const { id, className } = layer;
  const parameters = total(leavesOf(layer).map((leaf) => ownParameters(leaf, store)));
  const own = { id, className, depth, ...(outputShape !== undefined && { outputShape }), parameters };
  const inner =
    layer.network === undefined
      ? childrenOf(layer).flatMap((part) => withInner(part, depth + 1, store))
      : inspected(layer.network, depth + 1, store);
  return [own, ...inner];
}

function inputShape({ className, config }: LayerDraft): Shape | undefined {
  const shape = config['batch_input_shape'];
  return className === 'InputLayer' && Array.isArray(shape) ? (shape as (number | null)[]) : undefined;
}

/** From the weights that were found, from what the configuration demands, or else from what the file holds. */
function ownParameters(layer: LayerDraft, store: TensorStore | undefined): number | null {
  const { weights, rules = [], className, known, refused } = layer;
  if (weights.length > 0) return total(weights.map(sizeOfWeight));
  const isTold = layer.rules !== undefined || className === 'InputLayer' || known?.weights === undefined;
  const wanted = isTold && !refused ? total(rules.map(sizeOfWeight)) : null;
  const stored = wanted === null ? storedWeights(store, layer) : undefined;
  return stored === undefined ? wanted : total(stored.map(sizeOfWeight));
}

function sizeOfWeight({ shape }: { readonly shape: Shape | undefined }): number | null {
  return shape?.every((size) => size !== null) ? sizeOf(shape as readonly number[]) : null;
}

function total(counts: readonly (number | null)[]): number | null {
  return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0);
}
