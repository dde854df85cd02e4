import { type Batch, seededRandom } from '@lowbit/core';
import {
  type InputsOfWeights,
  numberedBatches,
  type ObservedInputs,
  type ObserveInputsOptions,
  type SamplesOfBatch,
  seedFrom,
  stopIfAborted,
} from '@lowbit/core/adapter';
import type * as tf from '@tensorflow/tfjs-core';
import { noBatches } from '../visit-batches.js';
import type { WeightView } from './channel-order.js';
import { entryOrder } from './entry-order.js';
import { inputGatherer, type InputGatherer } from './gather-inputs.js';
import { productWith } from './kernel-products.js';
import { type KernelCall, watchingKernels } from './watch-kernels.js';
import { type WeightPlaces, weightPlaces } from './weight-places.js';

/** A weight whose inputs are looked at. */
export interface WatchedWeight extends WeightView {
  readonly id: string;
  /** The tensors that hold its values now: several where layers have copies of it. */
  held(): readonly tf.Tensor[];
}

/** A model as it is run to watch it. */
export interface WatchedModel {
  /** @throws LowbitError for a batch that does not fit. */
  check(batch: Batch): void;
  run(batch: Batch): Promise<void>;
}

/**
 * Runs a model on every batch and gathers moments of what its weights are multiplied with: weights are followed through operations
 * that move their values to the products that take them, whatever layer or function computes these. The first batch is run once more
 * before, to know how many rows there are.
 *
 * @throws LowbitError `calibration-invalid` when there are no batches, `invalid-argument` for those that do not fit, `non-finite`,
 *   `runtime-failed`, `aborted`.
 */
export async function observeInputs(
  model: WatchedModel,
  weights: readonly WatchedWeight[],
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { seed = 0, signal, onProgress }: ObserveInputsOptions,
): Promise<InputsOfWeights> {
  const numbered = await numberedBatches(batches, model.check);
  let counted = 1;
  const gatherers = new Map(
    weights.map((weight) => {
      const random = seededRandom(seedFrom(seed, weight.id));
      return [weight.id, inputGatherer(weight, random, () => counted / numbered.now().all)];
    }),
  );
  let done = 0;
  for await (const batch of numbered.batches) {
    const samples = numbered.now();
    const watching = async (look: Look) => {
      stopIfAborted(signal, 'observe');
      const watch = watcher(weights, gatherers, samples, look);
      await watchingKernels(watch, () => model.run(batch));
    };
    if (done === 0) {
      counted = samples.count;
      await watching((gatherer, product, places, rows) => gatherer.count(product, places, rows));
    }
    await watching((gatherer, product, places, rows) => gatherer.add(product, places, rows, samples));
    done++;
    onProgress?.({ phase: 'observe', done, total: 0, id: `batch ${done}` });
  }
  if (done === 0) throw noBatches();
  return inputsOfWeights([...gatherers].map(([id, gatherer]) => [id, gatherer.result()]));
}

/** What is done with a product of a weight. */
type Look = (gatherer: InputGatherer, ...given: Parameters<InputGatherer['count']>) => void;

/** Looks at what the operations of one run do with weights. */
function watcher(
  weights: readonly WatchedWeight[],
  gatherers: ReadonlyMap<string, InputGatherer>,
  samples: SamplesOfBatch,
  look: Look,
): (call: KernelCall) => void {
  const held = new Map(weights.flatMap((one) => one.held().map(({ dataId }) => [dataId as object, one.id])));
  const places = weightPlaces(held);
  const entries = entryOrder(samples.count);
  return (call) => {
    entries.follow(call);
    for (const [operand, tensor] of Object.entries(call.inputs)) {
      const own = places.of(tensor);
      const gatherer = own && gatherers.get(own.id);
      if (own === undefined || gatherer === undefined) continue;
      const product = productWith(call, operand);
      const isProduct = product !== undefined && places.of(product.rowsIn) === undefined;
      if (isProduct) {
        const { rowsIn } = product;
        look(gatherer, product, own.places, () => product.cut(rowsIn.dataSync(), entries.of(rowsIn)));
      } else if (!follows(places, call)) gatherer.refuse(`the inputs of ${call.name} are not looked at`);
    }
  };
}

const follows = (places: WeightPlaces, call: KernelCall): boolean => places.follow(call);

/** What was seen of weights, or why nothing was. */
export function inputsOfWeights(
  results: Iterable<readonly [id: string, result: ObservedInputs | string]>,
): InputsOfWeights {
  const inputs = new Map<string, ObservedInputs>();
  const unknown = new Map<string, string>();
  for (const [id, result] of results)
    if (typeof result === 'string') unknown.set(id, result);
    else inputs.set(id, result);
  return { inputs, unknown };
}
