import type { Batch } from '@lowbit/core';
import { checkArguments, checkBatch, noBatch } from './check-arguments.js';
import { checkInterfaces } from './check-interfaces.js';
import type { Comparison } from './comparison.js';
import { labelPlacer } from './label-place.js';
import { outputCollector, withUncompared, type OutputCollector } from './output-collector.js';
import { pairedTimes } from './paired-times.js';
import { runModel } from './run-model.js';
import { differenceOf, mergeDifferences, type OutputValues, type RunnableModel } from '@lowbit/core/adapter';
import { timeRounds } from './time-rounds.js';

/** Browsers, workers and Node have it; the language itself knows no clock. */
declare const performance: { now(): number };

export interface CompareSettings {
  /** Rounds in which times are taken; 0, the default, takes none. */
  readonly rounds?: number;
  /** Where the labels are from, for errors. */
  readonly labels?: string;
  /** Waited for before every run; it may throw to end the work. */
  readonly before?: (step: 'compare' | 'time', done: number) => Promise<void> | void;
}

/**
 * Runs both models on every batch, compares what they give, and takes times on the first batch.
 *
 * @throws LowbitError `invalid-argument` when inputs or outputs differ, or there is no batch; `unsupported-option`;
 *   `runtime-failed`; `calibration-invalid` for labels that fit no output, or that some batches lack; whatever `batches` and `before` throw.
 */
export async function compareModels(
  a: RunnableModel,
  b: RunnableModel,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  settings: CompareSettings = {},
): Promise<Comparison> {
  checkArguments([a, b], batches, settings);
  checkInterfaces(a, b);
  const { outputs } = a;
  const unread = [...new Set([a, b].flatMap((model) => (model.unread ?? []).map(({ name }) => name)))];
  const side = (model: RunnableModel) => (model === b ? 'the second model' : 'the first model');
  const nameOf = (model: RunnableModel) => (a.name === b.name ? `${model.name}, ${side(model)}` : model.name);
  const collectors = outputs.map(outputCollector);
  const placer = labelPlacer(outputs, settings.labels);
  let first: Batch | undefined;
  let count = 0;
  for await (const batch of batches) {
    checkBatch(batch);
    first ??= batch;
    const resultOf = async (model: RunnableModel): Promise<readonly OutputValues[]> => {
      await settings.before?.('compare', count);
      return runModel(model, outputs, batch.inputs, nameOf(model));
    };
    const [valuesOfA, valuesOfB] = [await resultOf(a), await resultOf(b)];
    const labels = placer.place(batch, valuesOfA);
    collectors.forEach((collector, i) => {
      collector.add(valuesOfA[i] as OutputValues, valuesOfB[i] as OutputValues, labels[i]);
    });
    count++;
  }
  if (first === undefined) throw noBatch();
  const { outputs: compared, overall } = figures(collectors);
  return {
    batches: count,
    outputs: compared,
    ...(unread.length === 0 ? { overall } : { unread, overall: withUncompared(overall) }),
    time: await timesOf(a, b, first, settings),
  };
}

function figures(collectors: readonly OutputCollector[]): Pick<Comparison, 'outputs' | 'overall'> {
  const outputs = collectors.map((collector) => collector.finish());
  const overall = differenceOf(mergeDifferences(collectors.map((collector) => collector.sums())));
  const isComplete = outputs.every(({ otherShapes }) => otherShapes === 0);
  return { outputs, overall: isComplete ? overall : withUncompared(overall) };
}

async function timesOf(
  a: RunnableModel,
  b: RunnableModel,
  batch: Batch,
  { rounds = 0, before }: CompareSettings,
): Promise<Comparison['time']> {
  const runs = {
    a: () => a.run(batch.inputs),
    b: () => b.run(batch.inputs),
    before: async (round: number) => before?.('time', round),
    now: () => performance.now(),
  };
  return pairedTimes(await timeRounds(runs, rounds));
}
