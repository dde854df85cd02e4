import type { Batch, SessionOptions } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import type { OnnxModel } from '../model/model.js';
import { cancelled, eachBatch } from './each-batch.js';
import { feedsOf, requiredInputs } from './feeds.js';
import { openSession, runSession } from './open-session.js';
import type { OrtRuntime, OrtSession, OrtTensor } from './ort.js';
import { withOutputs, withShapes } from './with-outputs.js';

/** Bytes of the visited values that one run may keep alive together. */
const budget = 256 * 2 ** 20;

/** A model that is run on batches. */
export interface VisitingRun {
  readonly model: OnnxModel;
  readonly ort: OrtRuntime;
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  readonly options?: SessionOptions;
}

/** A value of the main graph that is looked at. */
export interface VisitedSite {
  readonly tensor: string;
}

/**
 * Runs the model on every batch and shows the values of its sites, which are gone afterwards. Memory does not grow with the
 * number of batches: the sites are split so that the values that one run keeps stay below 256 MiB (by the shapes of the
 * first batch), and each batch is run once for each part.
 *
 * @returns the number of batches
 * @throws LowbitError `calibration-invalid` for batches that do not fit the model or when there are none,
 *   `runtime-failed`, `aborted`.
 */
export async function visitValues<S extends VisitedSite>(
  { model, ort, batches, options = {} }: VisitingRun,
  sites: readonly S[],
  visit: (site: S, output: OrtTensor, batch: Batch) => void,
): Promise<number> {
  const required = requiredInputs(model);
  const open: Part<S>[] = [];
  try {
    return await eachBatch(batches, model.name, options, async (batch) => {
      const feeds = feedsOf(batch, required, ort);
      if (open.length === 0) await openParts(open, model, sites, ort, feeds);
      for (const part of open) {
        stopIfAborted(options.signal, model.name, cancelled);
        await visitPart(part, feeds, model.name, (site, output) => visit(site, output, batch));
      }
    });
  } finally {
    await Promise.all(open.map(({ session }) => session.release()));
  }
}

interface Part<S> {
  readonly session: OrtSession;
  readonly sites: readonly S[];
}

async function openParts<S extends VisitedSite>(
  open: Part<S>[],
  model: OnnxModel,
  sites: readonly S[],
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
  sites: readonly VisitedSite[],
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

async function visitPart<S extends VisitedSite>(
  { session, sites }: Part<S>,
  feeds: Readonly<Record<string, OrtTensor>>,
  where: string,
  visit: (site: S, output: OrtTensor) => void,
): Promise<void> {
  const outputs = await runSession(session, feeds, where);
  for (const site of sites) {
    const output = outputs[site.tensor];
    if (output !== undefined) visit(site, output);
  }
  Object.values(outputs).forEach((output) => output.dispose?.());
}

/**
 * Splits items, in order, into parts whose sizes sum to at most `budget`; an item that is larger alone is a part of
 * its own.
 */
export function chunksOf<T>(items: readonly T[], sizes: readonly number[], budget: number): T[][] {
  const chunks: T[][] = [];
  let left = 0;
  items.forEach((item, index) => {
    const size = sizes[index] as number;
    const last = chunks[chunks.length - 1];
    if (last === undefined || size > left) {
      chunks.push([item]);
      left = budget - size;
    } else {
      last.push(item);
      left -= size;
    }
  });
  return chunks;
}
