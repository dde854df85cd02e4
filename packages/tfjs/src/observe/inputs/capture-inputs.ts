import { type Batch, seededRandom } from '@lowbit/core';
import {
  type CaptureInputsOptions,
  type InputCapture,
  numberedBatches,
  type ObservedInputs,
  type SamplesOfBatch,
  seedFrom,
  stopIfAborted,
} from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import { noBatches } from '../visit-batches.js';
import { knownOrders } from './channel-order.js';
import { withShift } from './channel-shift.js';
import { entryOrder } from './entry-order.js';
import { inputGatherer, type InputGatherer } from './gather-inputs.js';
import { type KernelTape, kernelTape } from './kernel-tape.js';
import { productWith } from './kernel-products.js';
import { inputsOfWeights, type WatchedModel, type WatchedWeight } from './observe-inputs.js';
import { type AskedKernel, type Computed, interceptingKernels } from './watch-kernels.js';
import { type HeldWeight, type WeightPlaces, weightPlaces } from './weight-places.js';

/** A model that runs while weights hold other values. */
export interface ChangeableModel extends WatchedModel {
  /** Weights hold these values, by their ids, while something runs, and their own after that. */
  withValues<R>(values: ReadonlyMap<string, Float32Array>, run: () => Promise<R>): Promise<R>;
}

/** A batch, and what its runs compute. */
interface Sample {
  readonly batch: Batch;
  readonly samples: SamplesOfBatch;
  readonly tape: KernelTape;
  /** The first and the last operation that takes a weight, by its id. */
  readonly touches: Map<string, { readonly first: number; last: number }>;
  /** Operations before this one are settled: what later ones take of them is kept. */
  settled: number;
}

/**
 * Observes the inputs of one weight after the other, in a model in which those before have other values already. Every batch is run once
 * as a whole; for each weight it is run on from where the last one began, on what is kept of the operations before, up to where the weight is
 * taken last.
 *
 * @throws LowbitError as `observeInputs`.
 */
export async function captureInputs(
  model: ChangeableModel,
  weights: readonly WatchedWeight[],
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { seed = 0, signal }: CaptureInputsOptions,
): Promise<InputCapture> {
  const numbered = await numberedBatches(batches, model.check);
  const gatherers = new Map(
    weights.map((weight) => {
      const random = seededRandom(seedFrom(seed, weight.id));
      return [weight.id, inputGatherer(weight, random, () => 1, true)];
    }),
  );
  const orders = new Map(weights.map((weight) => [weight.id, knownOrders(weight)]));
  const own: Capturing = { model, weights, gatherers, values: new Map(), shifts: new Map(), orders };
  const all: Sample[] = [];
  const close = () => all.forEach(({ tape }) => tape.close());
  for await (const batch of numbered.batches) {
    stopIfAborted(signal, 'observe');
    const sample = { batch, samples: numbered.now(), tape: kernelTape(), touches: new Map(), settled: 0 };
    all.push(sample);
    await recordRun(own, sample);
  }
  if (all.length === 0) throw noBatches();
  const pending = new Set(weights.map(({ id }) => id));
  const results = new Map<string, ObservedInputs | string>();
  const observe = async (id: string): Promise<ObservedInputs | string> => {
    for (const sample of all) {
      stopIfAborted(signal, 'observe');
      if (sample.touches.has(id)) await runOn(own, sample, id, pending);
    }
    return (gatherers.get(id) as InputGatherer).result();
  };
  return {
    async inputs(ids) {
      for (const id of ids) if (gatherers.has(id) && !results.has(id)) results.set(id, await observe(id));
      return inputsOfWeights([...results].filter(([id]) => ids.includes(id)));
    },
    set(id, values, shift) {
      if (!gatherers.has(id)) return;
      own.values.set(id, values);
      if (shift !== undefined) own.shifts.set(id, shift);
      pending.delete(id);
    },
    close: async () => close(),
  };
}

/** What runs of all batches share. */
interface Capturing {
  readonly model: ChangeableModel;
  readonly weights: readonly WatchedWeight[];
  readonly gatherers: ReadonlyMap<string, InputGatherer>;
  /** Of weights that are set. */
  readonly values: Map<string, Float32Array>;
  readonly shifts: Map<string, Float32Array>;
  /** How products stand in each weight. */
  readonly orders: ReadonlyMap<string, ReturnType<typeof knownOrders>>;
}

const placesOf = (weights: readonly WatchedWeight[]): WeightPlaces =>
  weightPlaces(new Map(weights.flatMap((one) => one.held().map(({ dataId }) => [dataId as object, one.id]))));

/** The weights that operands of an operation hold. */
const heldBy = (places: WeightPlaces, { inputs }: AskedKernel) =>
  Object.entries(inputs).flatMap(([operand, tensor]) => {
    const held = places.of(tensor);
    return held === undefined ? [] : [{ operand, held }];
  });

/** Runs a batch as a whole, notes what is asked for, and counts rows. */
async function recordRun({ model, weights, gatherers }: Capturing, sample: Sample): Promise<void> {
  const { batch, samples, tape, touches } = sample;
  const entries = entryOrder(samples.count);
  let places: WeightPlaces;
  const intercept = (call: AskedKernel, compute: () => Computed): Computed => {
    const at = tape.begin();
    const computed = compute();
    const done = { ...call, outputs: [computed].flat() };
    tape.record(at, call.name, Object.values(call.inputs), computed);
    entries.follow(done);
    for (const { operand, held } of heldBy(places, call)) {
      const { id } = held;
      touches.set(id, { first: touches.get(id)?.first ?? at, last: at });
      const gatherer = gatherers.get(id) as InputGatherer;
      const product = productWith(done, operand);
      if (product !== undefined && places.of(product.rowsIn) === undefined)
        gatherer.count(product, held.places, () =>
          product.cut(product.rowsIn.dataSync(), entries.of(product.rowsIn)),
        );
      else if (!places.follow(done)) gatherer.refuse(`the inputs of ${call.name} are not looked at`);
    }
    return computed;
  };
  await model.withValues(new Map(), async () => {
    places = placesOf(weights);
    await readingShown(tape, () => interceptingKernels(intercept, () => model.run(batch)));
  });
}

/** Notes on a tape what values code reads while something runs. */
async function readingShown<R>(tape: KernelTape, run: () => Promise<R>): Promise<R> {
  const engine: Partial<Pick<ReturnType<typeof tf.engine>, 'readSync' | 'read'>> = tf.engine();
  const own = { readSync: tf.engine().readSync.bind(engine), read: tf.engine().read.bind(engine) };
  const noting =
    <V>(read: (dataId: object) => V) =>
    (dataId: object) => {
      tape.read(dataId);
      return read(dataId);
    };
  engine.readSync = noting(own.readSync);
  engine.read = noting(own.read);
  try {
    return await run();
  } finally {
    delete engine.readSync;
    delete engine.read;
  }
}

/** Leaves a run. */
const left = new Error('the run was left');

/** Runs a batch on from what is settled, up to where a weight is taken last, and gathers its inputs. */
async function runOn(
  own: Capturing,
  sample: Sample,
  id: string,
  pending: ReadonlySet<string>,
): Promise<void> {
  const { model, weights, gatherers, values } = own;
  const { batch, samples, tape, touches } = sample;
  const { last } = touches.get(id) as { readonly last: number };
  const firsts = [...pending].map((one) => touches.get(one)?.first ?? Infinity);
  const settled = Math.min(touches.get(id)!.first, ...firsts);
  const gatherer = gatherers.get(id) as InputGatherer;
  let isLeft = false;
  const run = async () => {
    const places = placesOf(weights);
    const entries = entryOrder(samples.count);
    const intercept = (call: AskedKernel, compute: (inputs?: tf.NamedTensorMap) => Computed): Computed => {
      const at = tape.begin();
      if (at < sample.settled) {
        const computed = tape.replay(at, call.name, places.hold);
        entries.follow({ ...call, outputs: [computed].flat() });
        return computed;
      }
      const taken = heldBy(places, call);
      const computed = shifted(own, call, taken, compute);
      const done = { ...call, outputs: [computed].flat() };
      entries.follow(done);
      for (const { operand, held } of taken) {
        const product = productWith(done, operand);
        if (product === undefined || places.of(product.rowsIn) !== undefined) places.follow(done);
        else if (held.id === id)
          gatherer.add(
            product,
            held.places,
            () => product.cut(product.rowsIn.dataSync(), entries.of(product.rowsIn)),
            samples,
          );
      }
      tape.renew(at, computed, settled, places.of);
      isLeft = at >= last;
      if (isLeft) throw left;
      return computed;
    };
    tape.rewind();
    await interceptingKernels(intercept, () => model.run(batch));
  };
  try {
    await model.withValues(values, run);
  } catch (error) {
    if (!isLeft) throw error;
  }
  sample.settled = settled;
  tape.settle(settled);
}

/** What an operation gives; where it multiplies with a weight whose bias takes off something, less that. */
function shifted(
  { orders, shifts }: Capturing,
  call: AskedKernel,
  taken: readonly { readonly operand: string; readonly held: HeldWeight }[],
  compute: (inputs?: tf.NamedTensorMap) => Computed,
): Computed {
  for (const { operand, held } of taken) {
    const shift = shifts.get(held.id);
    const product = shift && productWith({ ...call, outputs: [] }, operand);
    const order = product && orders.get(held.id)?.(product, held.places);
    if (shift !== undefined && product !== undefined && order !== undefined)
      return withShift(call, { product, order, operand, shift }, compute);
  }
  return compute();
}
