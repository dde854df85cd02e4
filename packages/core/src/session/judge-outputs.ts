import { defined } from '../contract/defined.js';
import type { CancelSignal } from '../contract/events.js';
import type { EffectKind, JointEffect } from '../contract/measurements.js';
import type { Batch, RunOutputs } from '../contract/model-run.js';
import type { RunResult } from '../contract/model-writer.js';
import type { Metric } from '../contract/policy.js';
import { LowbitError } from '../errors/error.js';
import { gatherEffect } from '../measure/output-effect.js';
import { gatherLabels, gatherMetric, type TaskGatherer, type TaskValue } from '../measure/task-value.js';
import { noBatch, samplesIn } from './first-samples.js';

/** How outputs are looked at. */
export interface JudgeSettings {
  /** What effects are; default: how far outputs are off. */
  readonly by?: EffectKind['of'];
  readonly classes?: readonly string[];
  readonly metric?: Metric;
  /** Samples that outputs are compared on; default 64. */
  readonly samples?: number;
  /** Bytes that the outputs of the original may take, which are kept: otherwise fewer samples are compared; default 256 MiB. */
  readonly mostBytes?: number;
  /** Whether what a task loses is wanted, on all data. */
  readonly isTask?: boolean;
  /** Whether the decibels of results are wanted on all data. */
  readonly isWhole?: boolean;
}

/** Compares models with the original, whose outputs are known. */
export interface Judge {
  readonly kind: EffectKind;
  judge(run: RunResult): Promise<Omit<JointEffect, 'choice'>>;
  /** As {@link judge}, with the decibels of all data where limits are of these. */
  judgeResult(run: RunResult): Promise<Omit<JointEffect, 'choice'>>;
}

/** @throws LowbitError `calibration-invalid` where there is no batch, or nothing to tell what a task loses; the port's own; `aborted`. */
export async function judgeAgainst(
  original: RunResult,
  batches: AsyncIterable<Batch>,
  settings: JudgeSettings,
  signal: CancelSignal | undefined,
): Promise<Judge> {
  const { by = 'outputs', classes, isTask = false, isWhole = false } = settings;
  const session = defined({ signal });
  const { part, outputs } = await reference(original, batches, settings, session);
  if (part.length === 0) throw noBatch('data');
  const needsTask = isTask || by !== 'outputs';
  // Tasks are told on all data where a loss is limited; effects on a part that is enough to rank by.
  const source = isTask ? batches : part;
  const float = needsTask ? await taskValue(original, source, settings, session) : undefined;
  const samples = part.reduce((sum, batch) => sum + samplesIn(batch), 0);
  const judge: Judge['judge'] = async (run) => {
    const gathered = gatherEffect(classes);
    let at = 0;
    for await (const result of run(part, session)) gathered.add(outputs[at++], result);
    const found = gathered.finish();
    if (float === undefined) return found;
    const now = await taskValue(run, source, settings, session);
    const loss = float.value - now.value;
    if (by === 'outputs') return { ...found, loss };
    const { sqnrDb } = found;
    return { effect: effectBy(by, float, now), ...defined({ sqnrDb }), loss };
  };
  return {
    kind: { of: by, samples },
    judge,
    async judgeResult(run) {
      const judged = await judge(run);
      const whole = isWhole ? await onAll(original, run, batches, session) : undefined;
      return whole === undefined || whole.samples <= samples ? judged : { ...judged, ...whole };
    },
  };
}

/** How far a result is off on all data, both run side by side, so that no outputs are kept. */
async function onAll(
  original: RunResult,
  run: RunResult,
  batches: AsyncIterable<Batch>,
  session: Parameters<RunResult>[1],
): Promise<Pick<JointEffect, 'sqnrDb'> & { readonly samples: number }> {
  const gathered = gatherEffect();
  const others = run(batches, session)[Symbol.asyncIterator]();
  let samples = 0;
  for await (const [batch, outputs] of paired(original, batches, session)) {
    const { value, done } = await others.next();
    if (done === true) break;
    gathered.add(outputs, value);
    samples += samplesIn(batch);
  }
  await others.return?.();
  const { sqnrDb } = gathered.finish();
  return { ...defined({ sqnrDb }), samples };
}

const effectBy = (by: 'labels' | 'metric', float: TaskValue, now: TaskValue): number =>
  by === 'metric' ? float.value - now.value : (now.crossEntropy ?? 0) - (float.crossEntropy ?? 0);

async function reference(
  original: RunResult,
  batches: AsyncIterable<Batch>,
  { samples = 64, mostBytes = 2 ** 28 }: JudgeSettings,
  session: Parameters<RunResult>[1],
) {
  const part: Batch[] = [];
  const outputs: RunOutputs[] = [];
  let bytes = 0;
  for await (const [batch, given] of paired(original, upTo(batches, samples), session)) {
    bytes += Object.values(given).reduce((sum, { data }) => sum + data.byteLength, 0);
    if (part.length > 0 && bytes > mostBytes) break;
    part.push(batch);
    outputs.push(given);
  }
  return { part, outputs };
}

async function* upTo(batches: AsyncIterable<Batch>, samples: number): AsyncGenerator<Batch> {
  let count = 0;
  for await (const batch of batches) {
    yield batch;
    count += samplesIn(batch);
    if (count >= samples) return;
  }
}

/** Runs batches one after the other; each with what it gave. */
async function* paired(
  run: RunResult,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  session: Parameters<RunResult>[1],
): AsyncGenerator<readonly [Batch, RunOutputs]> {
  const taken: Batch[] = [];
  async function* taking() {
    for await (const batch of batches) {
      taken.push(batch);
      yield batch;
    }
  }
  for await (const outputs of run(taking(), session)) yield [taken.shift() as Batch, outputs];
}

async function taskValue(
  run: RunResult,
  batches: AsyncIterable<Batch> | readonly Batch[],
  { metric }: JudgeSettings,
  session: Parameters<RunResult>[1],
): Promise<TaskValue> {
  const gathered: TaskGatherer = metric === undefined ? gatherLabels() : gatherMetric(metric);
  for await (const [batch, outputs] of paired(run, batches, session))
    gathered.add(outputs, batch, samplesIn(batch));
  const value = gathered.finish();
  if (value === undefined) throw noTask();
  return value;
}

function noTask(): LowbitError {
  return new LowbitError({
    code: 'calibration-invalid',
    where: 'data',
    expected: 'batches with a label for each row of an output that tells classes apart',
    received: 'none',
    remedy: 'Give labels with the batches, or a metric: (outputs, batch) => number, larger is better.',
  });
}
