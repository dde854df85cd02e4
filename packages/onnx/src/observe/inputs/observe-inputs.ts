import type { Batch } from '@lowbit/core';
import {
  finiteBatches,
  type InputsOfWeights,
  mostInputRows,
  type ObservedInputs,
  type ObserveInputsOptions,
  seedFrom,
  sizeOf,
} from '@lowbit/core/adapter';
import type { WeightSite } from '../../describe/weight-site.js';
import type { InputRows } from '../../operators/operator.js';
import type { GraphProto } from '../../schema/proto.js';
import { checkBatch, checkBatches } from '../check-batches.js';
import { floatsOf } from '../floats-of.js';
import { type VisitingRun, visitValues } from '../visit-values.js';
import { type RowGatherer, rowGatherer, type SamplesOfBatch } from './gather-rows.js';
import { inputUses } from './input-uses.js';

/**
 * Runs the model on every batch and gathers moments of what weights are multiplied with, of 65,536 rows a weight at most, drawn
 * evenly. Batches are gone through once more before, to count their samples.
 *
 * @throws LowbitError `calibration-invalid` for batches that do not fit the model or when there are none, `non-finite`,
 *   `runtime-failed`, `aborted`.
 */
export async function observeInputs(
  { model, ort, batches }: Omit<VisitingRun, 'options'>,
  sites: readonly WeightSite[],
  options: ObserveInputsOptions,
): Promise<InputsOfWeights> {
  checkBatches(batches);
  const graph = model.proto.graph as GraphProto;
  const gathered = new Map<string, RowGatherer | string>();
  const visits = sites.flatMap((site) => {
    const users = inputUses(site, graph);
    const gatherer = typeof users === 'string' ? users : gathererOf(site, users, options);
    gathered.set(site.id, gatherer);
    if (typeof users === 'string' || typeof gatherer === 'string') return [];
    return users.map(({ value }, user) => ({ tensor: value, user, gatherer }));
  });
  if (visits.length > 0) {
    const counts = await sampleCounts(batches);
    const numbered = numbering(finiteBatches(batches), counts);
    const run = { model, ort, batches: numbered.batches, options };
    await visitValues(run, visits, ({ tensor, user, gatherer }, output) =>
      gatherer.add(user, floatsOf(output, tensor), output.dims, numbered.now()),
    );
  }
  return sorted(gathered);
}

function gathererOf(
  { id, shape, outputAxes }: WeightSite,
  users: readonly InputRows[],
  { seed = 0 }: ObserveInputsOptions,
): RowGatherer {
  const channels = sizeOf(outputAxes.map((axis) => shape[axis] as number));
  const inputs = sizeOf(shape) / channels;
  return rowGatherer(users, { inputs, most: mostInputRows / users.length, seed: seedFrom(seed, id) });
}

/** How many samples each batch has: the first axis of its first input with axes counts them. */
async function sampleCounts(batches: Iterable<Batch> | AsyncIterable<Batch>): Promise<readonly number[]> {
  const counts: number[] = [];
  for await (const batch of batches) {
    checkBatch(batch);
    const withAxes = Object.values(batch.inputs).find(({ shape }) => shape.length > 0);
    counts.push(Math.max(1, withAxes?.shape[0] ?? 1));
  }
  return counts;
}

/** The batches again, and which samples are those of the batch that was given last. */
function numbering(batches: AsyncIterable<Batch>, counts: readonly number[]) {
  const all = counts.reduce((sum, count) => sum + count, 0);
  let now: SamplesOfBatch = { first: 0, count: 1, all };
  async function* numbered(): AsyncGenerator<Batch> {
    let [first, index] = [0, 0];
    for await (const batch of batches) {
      const count = counts[index++] ?? 1;
      now = { first, count, all };
      first += count;
      yield batch;
    }
  }
  return { batches: numbered(), now: () => now };
}

function sorted(gathered: ReadonlyMap<string, RowGatherer | string>): InputsOfWeights {
  const inputs = new Map<string, ObservedInputs>();
  const unknown = new Map<string, string>();
  for (const [id, gatherer] of gathered) {
    const result = typeof gatherer === 'string' ? gatherer : gatherer.result();
    if (typeof result === 'string') unknown.set(id, result);
    else inputs.set(id, result);
  }
  return { inputs, unknown };
}
