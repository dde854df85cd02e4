import type { Batch, Calibration, ObserveOptions } from '@lowbit/core';
import { finiteBatches, rangeCollector, seedFrom, statisticsCollector } from '@lowbit/core/adapter';
import type { OnnxModel } from '../model/model.js';
import { checkBatches } from './check-batches.js';
import { floatsOf } from './floats-of.js';
import type { OrtRuntime } from './ort.js';
import { visitRanges } from './visit-ranges.js';
import { type VisitedSite, visitValues } from './visit-values.js';

/** A value of the main graph that is observed. */
export interface ObservedSite extends VisitedSite {
  readonly id: string;
}

/**
 * Runs the model on every batch and gathers statistics of its sites, in bounded memory; see {@link visitValues} and, for
 * ranges alone, {@link visitRanges}.
 *
 * @throws LowbitError `calibration-invalid` for batches that do not fit the model or when there are none,
 *   `non-finite`, `runtime-failed`, `aborted`.
 */
export async function observeModel(
  model: OnnxModel,
  sites: readonly ObservedSite[],
  ort: OrtRuntime,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: ObserveOptions = {},
): Promise<Calibration> {
  const { statistics = 'all', sampleSize = 4096, seed = 0 } = options;
  checkBatches(batches);
  const run = { model, ort, batches: finiteBatches(batches), options };
  if (statistics === 'ranges') {
    const collectors = new Map(sites.map(({ id }) => [id, rangeCollector()]));
    const count = await visitRanges(run, sites, ({ id }, range) => collectors.get(id)?.add(range));
    return calibrationOf(collectors, count);
  }
  const collectors = new Map(
    sites.map(({ id }) => [id, statisticsCollector({ sampleSize, seed: seedFrom(seed, id) })]),
  );
  const count = await visitValues(run, sites, ({ id, tensor }, output) =>
    collectors.get(id)?.add(floatsOf(output, tensor)),
  );
  return calibrationOf(collectors, count);
}

function calibrationOf(
  collectors: ReadonlyMap<string, { finish(): Calibration['sites'][string] }>,
  batches: number,
): Calibration {
  const sites = [...collectors].map(([id, collector]) => [id, collector.finish()] as const);
  return {
    format: 'lowbit-calibration',
    version: 1,
    port: 'onnx',
    batches,
    sites: Object.fromEntries(sites),
  };
}
