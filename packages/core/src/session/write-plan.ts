import type { ModelPort } from '../contract/port.js';
import type { Outcome, RunResult } from '../contract/model-writer.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { buildReport } from '../report/build-report.js';
import { heldOutWarnings } from '../report/held-out-warnings.js';
import { measureWritten } from '../report/measure-written.js';
import type { GridCost, WeightReport } from '../report/report.js';
import type { QuantizedTensor } from '../scheme/types.js';
import type { Quantized } from './apply-plan.js';
import type { QuantizeOptions } from '../contract/events.js';
import { biasRows } from './bias-rows.js';
import { costWords } from './grid-cost.js';
import { pauses } from '../contract/pause.js';
import { weightReader } from '../contract/weight-reader.js';
import { type CodedWeight, weightRow } from './weight.js';
import { defined } from '../contract/defined.js';

/** Turns the values of one weight into codes. */
export type EncodeOne = (weight: ResolvedEntry, values: Float32Array) => CodedWeight | Promise<CodedWeight>;

/** What there is to say of how a weight was encoded. */
export interface Remarks {
  /** What its grid costs. */
  readonly cost: () => GridCost | undefined;
  /** The promise that the quantizer broke. */
  readonly broken: string | undefined;
}

export type RemarkOne = (weight: ResolvedEntry, values: Float32Array, tensor: QuantizedTensor) => Remarks;

/** A result, and what runs it, where its port can. */
export interface Written<M> {
  readonly quantized: Quantized<M>;
  readonly run?: RunResult;
}

/** Encodes every weight of a plan, one at a time, has the port write the result, and reports. */
export async function writePlan<M>(
  port: ModelPort<M>,
  outcome: Outcome,
  encodeOne: EncodeOne,
  { signal, onProgress, measure = true }: QuantizeOptions,
  remarkOne?: RemarkOne,
): Promise<Written<M>> {
  const pause = pauses(signal, 'quantize');
  const { entries } = outcome;
  const writer = port.write(outcome);
  const rows: WeightReport[] = [];
  const corrections: Pick<CodedWeight, 'bias' | 'uncorrected'>[] = [];
  const read = weightReader(entries.map(({ weight }) => weight));
  const start = Date.now();
  for (const [done, own] of entries.entries()) {
    const { id } = own.entry;
    const left = done === 0 ? undefined : (((Date.now() - start) / done) * (entries.length - done)) / 1000;
    onProgress?.({ phase: 'quantize', done, total: entries.length, id, ...defined({ secondsLeft: left }) });
    await pause();
    const values = await read(own.weight);
    const coded = await encodeOne(own, values);
    const row = weightRow(own, values, coded, measure);
    rows.push(withRemarks(row, remarkOne?.(own, values, coded.tensor), measure !== false));
    corrections.push({ ...defined({ bias: coded.bias, uncorrected: coded.uncorrected }) });
    await writer.add(id, coded.tensor, coded.bias?.shift);
  }
  onProgress?.({ phase: 'quantize', done: entries.length, total: entries.length });
  await pause();
  onProgress?.({ phase: 'write', done: 0, total: 1 });
  const applied = await writer.finish();
  onProgress?.({ phase: 'write', done: 1, total: 1 });
  const written =
    measure === false ? rows : await measureWritten(rows, applied.storage, entries, measure === true);
  const biases = biasRows(outcome, corrections, applied.storage);
  const report = { ...buildReport(port.name, outcome, written, applied), ...defined({ biases }) };
  const told = withWarnings(
    { model: applied.model, plan: outcome.plan, report },
    heldOutWarnings(report.weights, biases),
  );
  return { quantized: told, ...defined({ run: applied.run }) };
}

/** The same with more warnings in its report. */
export function withWarnings<M>(done: Quantized<M>, warnings: readonly string[]): Quantized<M> {
  const { report } = done;
  return warnings.length === 0
    ? done
    : { ...done, report: { ...report, warnings: [...report.warnings, ...warnings] } };
}

function withRemarks(row: WeightReport, remarks: Remarks | undefined, measure: boolean): WeightReport {
  if (remarks === undefined) return row;
  const cost = measure ? remarks.cost() : undefined;
  const { broken } = remarks;
  const reasons = [row.reason, cost && costWords(cost), broken].filter((reason) => reason !== undefined);
  return {
    ...row,
    reason: reasons.join('; '),
    ...defined({ gridCost: cost }),
    warnings: broken === undefined ? row.warnings : [...row.warnings, broken],
  };
}
