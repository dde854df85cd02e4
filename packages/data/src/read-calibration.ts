import type { Batch, CancelSignal } from '@lowbit/core';

import { checkSpec } from './check-spec.js';
import { invalid, invalidArgument } from './invalid.js';
import type { LabelLookup } from './labels/label-lookup.js';
import { readLabels } from './labels/read-labels.js';
import { firstSamples } from './rows/first-samples.js';
import type { SampleBatch } from './rows/sample-batch.js';
import { openSources, type OpenedSources } from './sources/open-sources.js';
import type { CalibrationSpec } from './spec.js';
import { stopIfAborted } from './stop-if-aborted.js';

/**
 * Reads calibration data batch by batch; one batch is in memory at a time. It can be iterated several times
 * and reads the files again each time.
 *
 * A path is a folder or a file: pictures (`.jpg`, `.jpeg`, `.png`), `.npy`, `.npz` or JSON lines (`.jsonl`,
 * `.ndjson`). Files of a folder are taken with those of its sub-folders, sorted by name. `INPUT=path` says
 * which input the data is for; otherwise an `.npy` file is for the input that it is called after, or for the
 * only one. Nothing outside the named paths is opened.
 *
 * @throws LowbitError while iterating: `calibration-invalid`, `non-finite`, `file-missing`,
 *   `file-unreadable`, `invalid-argument` or `aborted`.
 */
export function readCalibration(
  paths: readonly string[],
  spec: CalibrationSpec,
  signal?: CancelSignal,
): AsyncIterable<Batch> {
  return { [Symbol.asyncIterator]: () => read(paths, spec, signal) };
}

async function* read(
  paths: readonly string[],
  spec: CalibrationSpec,
  signal?: CancelSignal,
): AsyncGenerator<Batch> {
  stopIfAborted(signal);
  checkSpec(paths, spec);
  const sources = await openSources(paths, spec, signal);
  const labels = await labelsFor(sources, spec);
  const limit = spec.limit ?? Infinity;
  let samples = 0;
  for await (const batch of sources.batches(signal)) {
    stopIfAborted(signal);
    const taken =
      samples + batch.samples <= limit ? batch : firstSamples(batch, limit - samples, spec.inputs);
    if (taken === undefined) break;
    yield labelled(taken, labels, sources, spec);
    samples += taken.samples;
    if (samples >= limit) return;
  }
  if (samples === 0) throw nothingRead(paths, spec);
  if (samples < limit && sources.samples === undefined) labels?.checkCount(samples);
}

async function labelsFor(sources: OpenedSources, spec: CalibrationSpec): Promise<LabelLookup | undefined> {
  if (spec.labels === undefined) return undefined;
  const labels = await readLabels(spec.labels, sources.pictures);
  if (sources.samples !== undefined) labels.checkCount(sources.samples);
  if (labels.classes !== undefined) {
    const names = labels.classes.slice(0, 20).join(', ');
    spec.onNote?.(`The labels name ${labels.classes.length} classes, numbered in this order: ${names}.`);
  }
  return labels;
}

function labelled(
  { inputs, samples, first, labels: beside }: SampleBatch,
  labels: LabelLookup | undefined,
  { pictures }: OpenedSources,
  spec: CalibrationSpec,
): Batch {
  if (labels === undefined) return beside === undefined ? { inputs } : { inputs, labels: beside };
  if (beside !== undefined) {
    throw invalid(spec.labels as string, {
      expected: 'labels in one place',
      received: 'labels beside the data too',
    });
  }
  const found = Array.from({ length: samples }, (_, i) =>
    labels.labelOf(first + i, pictures?.[first + i]?.name),
  );
  return { inputs, labels: found };
}

function nothingRead(paths: readonly string[], spec: CalibrationSpec): Error {
  if (spec.limit === undefined)
    return invalid(paths.join(', '), { expected: 'samples', received: 'no complete batch' });
  return invalidArgument('limit', {
    expected: 'at least as many samples as the model takes at once',
    received: `${spec.limit}`,
  });
}
