import { batchRange, type BatchRange } from '@lowbit/core/adapter';
import type { OnnxModel } from '../model/model.js';
import { eachBatch } from './each-batch.js';
import { feedsOf, requiredInputs } from './feeds.js';
import { floatsOf } from './floats-of.js';
import { openSession, runSession } from './open-session.js';
import type { OrtRuntime, OrtSession, OrtTensor } from './ort.js';
import { type VisitedSite, visitValues, type VisitingRun } from './visit-values.js';
import { rangeAt, withRanges } from './with-ranges.js';

/**
 * Runs the model on every batch and shows the ranges of its sites, which the runtime computes: no values are taken out of
 * it. Sites whose range it cannot compute, or that have values that are not finite, are run again by {@link visitValues}.
 *
 * @returns the number of batches
 * @throws LowbitError as {@link visitValues}.
 */
export async function visitRanges<S extends VisitedSite>(
  { model, ort, batches, options = {} }: VisitingRun,
  sites: readonly S[],
  visit: (site: S, range: BatchRange) => void,
): Promise<number> {
  const required = requiredInputs(model);
  const runner = rangeRunner(model, sites, ort);
  try {
    return await eachBatch(batches, model.name, options, async (batch) => {
      const ranges = await runner.run(feedsOf(batch, required, ort));
      const rest: S[] = [];
      for (const site of sites) {
        const range = ranges.get(site.tensor);
        if (range === undefined) rest.push(site);
        else visit(site, range);
      }
      if (rest.length === 0) return;
      const visitOutput = (site: S, output: OrtTensor) =>
        visit(site, batchRange(floatsOf(output, site.tensor)));
      await visitValues({ model, ort, batches: [batch] }, rest, visitOutput);
    });
  } finally {
    await runner.release();
  }
}

/** Runs the model with its ranges as outputs. What fails has no ranges, and shows when it is run for the values. */
function rangeRunner(model: OnnxModel, sites: readonly VisitedSite[], ort: OrtRuntime) {
  const tensors = [...new Set(sites.map(({ tensor }) => tensor))];
  let session: Promise<OrtSession> | undefined;
  return {
    async run(feeds: Readonly<Record<string, OrtTensor>>): Promise<ReadonlyMap<string, BatchRange>> {
      if (tensors.length === 0) return new Map();
      session ??= openSession(ort, withRanges(model, tensors), model.name);
      const outputs = await session.then((open) => runSession(open, feeds, model.name)).catch(() => ({}));
      return new Map(
        tensors.flatMap((tensor, index) => {
          const range = rangeAt(outputs, index);
          return range === undefined ? [] : [[tensor, range]];
        }),
      );
    },
    release: async () => session?.then((open) => open.release()).catch(() => undefined),
  };
}
