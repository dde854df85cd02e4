import type { Batch } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import { elementsOf } from '../input/elements.js';
import { isFixed, type ReadOptions } from '../input/options.js';
import type { LabelLookup } from './label-lookup.js';
import { invalid, invalidArgument, reading } from '../problems.js';
import type { DataSource } from './data-source.js';
import { openSources, type OpenedSources } from './open-sources.js';
import { firstSamples, type SampleBatch } from './sample-batch.js';

/**
 * Reads data batch by batch; one batch is in memory at a time. It can be iterated several times and reads the files again
 * each time.
 *
 * @throws LowbitError while iterating: `calibration-invalid`, `non-finite`, `invalid-argument`, `aborted`, and those of the
 *   source.
 */
export function readSource(source: DataSource, options: ReadOptions): AsyncIterable<Batch> {
  return { [Symbol.asyncIterator]: () => read(source, options) };
}

async function* read(source: DataSource, options: ReadOptions): AsyncGenerator<Batch> {
  const { signal, inputs, limit = Infinity } = options;
  stopIfAborted(signal, reading);
  checkOptions(source, options);
  const sources = await openSources(source, options);
  const labels = await labelsFor(sources, source, options);
  let samples = 0;
  try {
    for await (const batch of sources.batches) {
      stopIfAborted(signal, reading);
      const taken = samples + batch.samples <= limit ? batch : firstSamples(batch, limit - samples, inputs);
      if (taken === undefined) break;
      yield await labelled(taken, labels, sources, source);
      samples += taken.samples;
      if (samples >= limit) return;
    }
  } finally {
    await labels?.close?.();
  }
  if (samples === 0) throw nothingRead(source, options);
  if (samples < limit && sources.samples === undefined) labels?.checkCount(samples);
}

/** @throws LowbitError `invalid-argument`, or `calibration-invalid` for a type that no reader can give. */
function checkOptions({ given, words }: DataSource, options: ReadOptions): void {
  if (given.length === 0) throw invalidArgument('calibration data', { expected: words, received: 'none' });
  if (options.inputs.length === 0) {
    throw invalidArgument('calibration data', { expected: 'a model with inputs', received: 'none' });
  }
  for (const name of ['limit', 'batchSize'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      throw invalidArgument(name, { expected: 'a whole number above 0', received: `${value}` });
    }
  }
  for (const input of options.inputs) {
    elementsOf(input);
    const [axis] = input.shape;
    if (options.batchSize !== undefined && isFixed(axis) && axis !== options.batchSize) {
      throw invalidArgument('batchSize', {
        expected: `${axis}, as the input ${input.name} of the model is made for`,
        received: `${options.batchSize}`,
        remedy: 'Leave the batch size away.',
      });
    }
  }
}

async function labelsFor(
  sources: OpenedSources,
  source: DataSource,
  { onNote }: ReadOptions,
): Promise<LabelLookup | undefined> {
  const labels = await source.labels?.read(sources.pictures);
  if (labels === undefined) return undefined;
  if (sources.samples !== undefined) labels.checkCount(sources.samples);
  if (labels.classes !== undefined) {
    const names = labels.classes.slice(0, 20).join(', ');
    onNote?.(`The labels name ${labels.classes.length} classes, numbered in this order: ${names}.`);
  }
  return labels;
}

async function labelled(
  { inputs, samples, first, labels: beside }: SampleBatch,
  labels: LabelLookup | undefined,
  { pictures }: OpenedSources,
  source: DataSource,
): Promise<Batch> {
  if (labels === undefined) return beside === undefined ? { inputs } : { inputs, labels: beside };
  if (beside !== undefined) {
    throw invalid(source.labels?.where as string, {
      expected: 'labels in one place',
      received: 'labels beside the data too',
    });
  }
  const names = Array.from({ length: samples }, (_, i) => pictures?.[first + i]?.name);
  return { inputs, labels: await labels.take(first, names) };
}

function nothingRead({ given }: DataSource, { limit }: ReadOptions): Error {
  if (limit === undefined)
    return invalid(given.join(', '), { expected: 'samples', received: 'no complete batch' });
  return invalidArgument('limit', {
    expected: 'at least as many samples as the model takes at once',
    received: `${limit}`,
  });
}
