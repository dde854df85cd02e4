import type { SessionOptions } from '../contract/events.js';
import type { ModelPort } from '../contract/port.js';
import type { Batch, LabelValues, RunOutputs } from '../contract/model-run.js';
import { defined } from '../contract/defined.js';
import { labelsOf } from '../contract/labels.js';
import { isLowbitError } from '../errors/error.js';
import { classOutputs } from '../report/label-use.js';
import { gatherOutput, type OutputGatherer, type OutputsReport } from '../report/outputs.js';
import { pauses } from '../contract/pause.js';
import type { Samples } from './first-samples.js';

type Run = NonNullable<ModelPort<unknown>['run']>;

/**
 * Runs the original and the result on some samples, one batch after the other, and tells how far their outputs are
 * from each other; `undefined` where there is no batch. A result that does not run is told so.
 *
 * @throws LowbitError of the original: as the port's `run`; `calibration-invalid` for labels of no form that there is; `aborted`.
 */
export async function compareOutputs(
  original: Run,
  result: Run,
  { part, samples }: Samples,
  { signal, onProgress }: SessionOptions,
): Promise<OutputsReport | undefined> {
  const pause = pauses(signal, 'quantize');
  const sources = [original, result].map((run) => run(part, defined({ signal }))[Symbol.asyncIterator]());
  const [first, second] = sources as [AsyncIterator<RunOutputs>, AsyncIterator<RunOutputs>];
  const outputs = new Map<string, OutputGatherer>();
  const told = () => [...outputs.values()].map((output) => output.finish());
  try {
    for (const [done, batch] of part.entries()) {
      onProgress?.({ phase: 'compare', done, total: part.length });
      await pause();
      const given = valueOf(await first.next());
      const others = await orFailure(second.next());
      if ('failure' in others) return { batches: done, samples, outputs: told(), failure: others.failure };
      gather(outputs, given, valueOf(others), labelsFor(batch, done + 1, given));
    }
  } finally {
    for (const source of sources) await source.return?.();
  }
  onProgress?.({ phase: 'compare', done: part.length, total: part.length });
  return part.length === 0 ? undefined : { batches: part.length, samples, outputs: told() };
}

function gather(
  outputs: Map<string, OutputGatherer>,
  original: RunOutputs,
  result: RunOutputs,
  labelsOfOutput: (name: string) => LabelValues | undefined,
): void {
  for (const [name, tensor] of Object.entries(original)) {
    const output = outputs.get(name) ?? gatherOutput(name);
    outputs.set(name, output);
    output.add(tensor, result[name], labelsOfOutput(name));
  }
}

/** The labels of each output. Those without a name count for the one output of which they are classes. */
function labelsFor(batch: Batch, number: number, outputs: RunOutputs) {
  const takers = (labels: LabelValues) => classOutputs(outputs, labels);
  const where = `batch ${number}`;
  const names = Object.keys(outputs);
  const labels = labelsOf(batch, { code: 'calibration-invalid', where, outputs: names, takers });
  return (name: string) =>
    labels instanceof Map ? (labels as ReadonlyMap<string, LabelValues>).get(name) : (labels as LabelValues);
}

const valueOf = ({ value, done }: IteratorResult<RunOutputs>): RunOutputs =>
  done === true ? {} : (value as RunOutputs);

/** What a result gives, or why it does not run. */
async function orFailure(
  running: Promise<IteratorResult<RunOutputs>>,
): Promise<IteratorResult<RunOutputs> | { readonly failure: string }> {
  try {
    return await running;
  } catch (error) {
    if (!isLowbitError(error) || error.code === 'aborted') throw error;
    return { failure: error.message };
  }
}
