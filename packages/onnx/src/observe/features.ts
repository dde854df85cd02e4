import type { Batch, FeatureSet, SessionOptions } from '@lowbit/core';
import { classLabels, finiteBatches } from '@lowbit/core/adapter';
import type { DescribedLayer } from '../describe/described-layer.js';
import { interfaceOf } from '../describe/interface-of.js';
import { useOf } from '../describe/use-of.js';
import type { OnnxModel } from '../model/model.js';
import type { FeatureAxes } from '../operators/operator.js';
import { operatorOf } from '../operators/operators.js';
import { averageFeatures } from './average-features.js';
import { checkBatch, checkBatches } from './check-batches.js';
import { floatsOf } from './floats-of.js';
import type { OrtRuntime, OrtTensor } from './ort.js';
import { visitValues } from './visit-values.js';

/**
 * Runs the model on labelled batches and gives the output of each layer with weights for each sample, averaged over space
 * and time: one row of channels a sample. Values are averaged as they come, in bounded memory; what is kept is one number a
 * sample and channel.
 *
 * Left out are layers inside subgraphs and functions, and those whose outputs do not divide among the samples or change
 * their number of channels.
 *
 * @throws LowbitError `calibration-invalid` for batches without labels, with another number of labels than samples, that do
 *   not fit the model, or when there are none; `non-finite`, `runtime-failed`, `aborted`.
 */
export async function measureFeatures(
  model: OnnxModel,
  layers: readonly DescribedLayer[],
  ort: OrtRuntime,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: SessionOptions = {},
): Promise<FeatureSet> {
  checkBatches(batches);
  const sites = layers.flatMap((layer) => siteOf(layer, model) ?? []);
  const labels: number[] = [];
  const counts = new WeakMap<Batch, number>();
  const visit = (site: FeatureSite, output: OrtTensor, batch: Batch) =>
    addRows(site, output, counts.get(batch) as number);
  const outputs = interfaceOf(model).outputs.map(({ name }) => name);
  const given = collecting(finiteBatches(batches), outputs, labels, counts);
  await visitValues({ model, ort, batches: given, options }, sites, visit);
  return {
    labels,
    layers: new Map(sites.flatMap((site) => joined(site, labels.length))),
  };
}

/** The output of a layer, with the rows of the batches so far. */
interface FeatureSite {
  readonly layer: DescribedLayer;
  /** Index among the node's outputs. */
  readonly output: number;
  readonly tensor: string;
  readonly rows: (Rows | undefined)[];
}

/** The averaged outputs of one batch: `[samples, dimensions]`. */
interface Rows {
  readonly dimensions: number;
  readonly values: Float32Array;
}

function siteOf(layer: DescribedLayer, model: OnnxModel): FeatureSite | undefined {
  if (layer.weights.length === 0 || layer.graph !== model.proto.graph) return undefined;
  const output = layer.node.output.findIndex((name) => name !== '');
  const tensor = layer.node.output[output];
  return tensor === undefined ? undefined : { layer, output, tensor, rows: [] };
}

function addRows({ layer, output, tensor, rows }: FeatureSite, found: OrtTensor, samples: number): void {
  const axes = featureAxes(layer, output, found.dims.length);
  const values = averageFeatures(floatsOf(found, tensor), found.dims, axes, samples);
  rows.push(values && { dimensions: values.length / samples, values });
}

/** The matrix of a layer; nothing when a batch could not be averaged, or had another number of channels. */
function joined({ layer, rows }: FeatureSite, samples: number): [string, Rows][] {
  const dimensions = rows[0]?.dimensions ?? 0;
  const parts = rows.flatMap((part) => (part?.dimensions === dimensions ? [part.values] : []));
  if (parts.length === 0 || parts.length < rows.length) return [];
  const values = new Float32Array(samples * dimensions);
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return [[layer.id, { dimensions, values }]];
}

/** The axes of a layer's output that `output` of the node gives, by the operator. */
function featureAxes({ node, weights }: DescribedLayer, output: number, rank: number): FeatureAxes {
  const inputs = weights.flatMap((weight) => useOf(weight, node)?.input ?? []);
  const axes = operatorOf(node)?.features?.(node, { output, rank, weight: Math.min(...inputs) });
  return axes ?? { batch: 0, channels: [rank - 1] };
}

/** Passes batches on, their labels to the list, and how many they are; the first axis of some input counts the samples. */
async function* collecting(
  batches: AsyncIterable<Batch>,
  outputs: readonly string[],
  labels: number[],
  counts: WeakMap<Batch, number>,
): AsyncGenerator<Batch> {
  let number = 0;
  for await (const batch of batches) {
    checkBatch(batch);
    number++;
    const sizes = Object.values(batch.inputs).map(({ shape }) => shape[0] ?? 0);
    const own = classLabels(batch, sizes, { where: `batch ${number}`, outputs });
    for (const label of own) labels.push(label);
    counts.set(batch, own.length);
    yield batch;
  }
}
