import {
  LowbitError,
  seedFrom,
  statisticsCollector,
  type Batch,
  type Calibration,
  type ObserveOptions,
  type StatisticsCollector,
} from '@lowbit/core';
import type { OnnxModel } from '../read/model.js';
import { chunksOf } from './chunks.js';
import { feedsOf, requiredInputs } from './feeds.js';
import { floatsOf } from './floats-of.js';
import { openSession, runSession } from './open-session.js';
import { stopIfAborted } from './stop-if-aborted.js';
import type { OrtRuntime, OrtSession, OrtTensor } from './ort.js';
import { withOutputs, withShapes } from './with-outputs.js';

/** Bytes of the observed values that one run may keep alive together. */
const budget = 256 * 2 ** 20;

/** A value of the main graph that is observed. */
export interface ObservedSite {
  readonly id: string;
  readonly tensor: string;
}

/**
 * Runs the model on every batch and gathers statistics of its sites. Memory does not grow with the number of batches:
 * the sites are split so that the values that one run keeps stay below 256 MiB (by the shapes of the first batch),
 * and each batch is run once for each part.
 *
 * @throws LowbitError `calibration-invalid` for batches that do not fit the model or when there are none,
 *   `runtime-failed`, `aborted`.
 */
export async function observeModel(
  model: OnnxModel,
  sites: readonly ObservedSite[],
  ort: OrtRuntime,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: ObserveOptions = {},
): Promise<Calibration> {
  const collectors = makeCollectors(sites, options);
  const required = requiredInputs(model);
  const open: Part[] = [];
  let count = 0;
  try {
    for await (const batch of batches) {
      const feeds = feedsOf(batch, required, ort);
      if (open.length === 0) await openParts(open, model, sites, ort, feeds);
      for (const part of open) {
        stopIfAborted(options.signal, model.name);
        await observePart(part, feeds, collectors, model.name);
      }
      count++;
      options.onProgress?.({ phase: 'plan', done: count, total: 0, id: `batch ${count}` });
    }
  } finally {
    await Promise.all(open.map(({ session }) => session.release()));
  }
  if (count === 0) throw noBatches(model.name);
  const statistics = [...collectors].map(([id, collector]) => [id, collector.finish()] as const);
  return {
    format: 'lowbit-calibration',
    version: 1,
    port: 'onnx',
    batches: count,
    sites: Object.fromEntries(statistics),
  };
}

interface Part {
  readonly session: OrtSession;
  readonly sites: readonly ObservedSite[];
}

function makeCollectors(
  sites: readonly ObservedSite[],
  { sampleSize = 4096, seed = 0 }: ObserveOptions,
): Map<string, StatisticsCollector> {
  return new Map(sites.map(({ id }) => [id, statisticsCollector({ sampleSize, seed: seedFrom(seed, id) })]));
}

async function openParts(
  open: Part[],
  model: OnnxModel,
  sites: readonly ObservedSite[],
  ort: OrtRuntime,
  feeds: Readonly<Record<string, OrtTensor>>,
): Promise<void> {
  if (sites.length === 0) return;
  const sizes = await valueBytes(model, sites, ort, feeds);
  for (const part of chunksOf(sites, sizes, budget)) {
    const bytes = withOutputs(
      model,
      part.map(({ tensor }) => tensor),
    );
    open.push({ session: await openSession(ort, bytes, model.name), sites: part });
  }
}

/** Bytes that each site's values take, as floats, by a run that gives shapes only. */
async function valueBytes(
  model: OnnxModel,
  sites: readonly ObservedSite[],
  ort: OrtRuntime,
  feeds: Readonly<Record<string, OrtTensor>>,
): Promise<number[]> {
  const bytes = withShapes(
    model,
    sites.map(({ tensor }) => tensor),
  );
  const session = await openSession(ort, bytes, model.name);
  try {
    const outputs = await runSession(session, feeds, model.name);
    return sites.map((_, index) => {
      const dims = outputs[`lowbit_shape_${index}`]?.data as BigInt64Array;
      return 4 * dims.reduce((product, size) => product * Number(size), 1);
    });
  } finally {
    await session.release();
  }
}

async function observePart(
  { session, sites }: Part,
  feeds: Readonly<Record<string, OrtTensor>>,
  collectors: ReadonlyMap<string, StatisticsCollector>,
  where: string,
): Promise<void> {
  const outputs = await runSession(session, feeds, where);
  for (const { id, tensor } of sites) {
    const output = outputs[tensor];
    if (output !== undefined) collectors.get(id)?.add(floatsOf(output, tensor));
  }
  Object.values(outputs).forEach((output) => output.dispose?.());
}

function noBatches(where: string): LowbitError {
  return new LowbitError({
    code: 'calibration-invalid',
    where,
    expected: 'at least one batch',
    received: 'none',
  });
}
