import type { FittedActivations, ModelPort } from '../model/port.js';
import { uniqueWeights } from '../plan/make-plan.js';
import type { QuantizationPlan, QuantizedEntry } from '../plan/plan.js';
import type { Registry } from '../plugin/registry.js';
import { activationRows, withActivations } from '../report/activation-rows.js';
import { buildReport } from '../report/build-report.js';
import { measureWritten } from '../report/measure-written.js';
import type { GridCost, WeightReport } from '../report/report.js';
import type { QuantizedTensor } from '../scheme/types.js';
import type { Quantized } from './apply-plan.js';
import type { QuantizeOptions } from './events.js';
import { costWords } from './grid-cost.js';
import { pauses } from './pause.js';
import { type CodedWeight, type PlannedWeight, weightReader, weightRow } from './weight.js';

/** Turns the values of one weight into codes. */
export type EncodeOne = (planned: PlannedWeight, values: Float32Array) => CodedWeight;

/** What there is to say of how a weight was encoded. */
export interface Remarks {
  /** What its grid costs. */
  readonly cost: () => GridCost | undefined;
  /** The promise that the quantizer broke. */
  readonly broken: string | undefined;
}

export type RemarkOne = (planned: PlannedWeight, values: Float32Array, tensor: QuantizedTensor) => Remarks;

/** Encodes every weight of a checked plan, one at a time, has the port write the result, and reports. */
export async function writePlan<M>(
  port: ModelPort<M>,
  plan: QuantizationPlan,
  registry: Registry,
  fitted: FittedActivations,
  encodeOne: EncodeOne,
  { signal, onProgress, measure = true }: QuantizeOptions,
  remarkOne?: RemarkOne,
): Promise<Quantized<M>> {
  const pause = pauses(signal);
  const layers = await port.layers();
  const placed = uniqueWeights(layers);
  const entries = plan.weights.filter((entry): entry is QuantizedEntry => entry.bits !== 'float');
  const writer = port.write({ plan, ...fitted });
  const rows: WeightReport[] = [];
  const read = weightReader();
  for (const [done, entry] of entries.entries()) {
    onProgress?.({ phase: 'quantize', done, total: entries.length, id: entry.id });
    await pause();
    const { weight, layer } = placed.get(entry.id) as NonNullable<ReturnType<typeof placed.get>>;
    const values = await read(weight);
    const planned = { weight, entry, seed: plan.seed, registry };
    const coded = encodeOne(planned, values);
    const row = weightRow(planned, layer.op, values, coded, measure);
    rows.push(withRemarks(row, remarkOne?.(planned, values, coded.tensor), measure));
    await writer.add(entry.id, coded.tensor);
  }
  onProgress?.({ phase: 'quantize', done: entries.length, total: entries.length });
  await pause();
  onProgress?.({ phase: 'write', done: 0, total: 1 });
  const applied = await writer.finish();
  onProgress?.({ phase: 'write', done: 1, total: 1 });
  const written = measure ? await measureWritten(rows, applied.storage, placed) : rows;
  const report = buildReport(port.name, plan, written, layers, applied);
  const activations = activationRows(plan, layers, fitted, applied.activations);
  return { model: applied.model, plan, report: withActivations(report, activations) };
}

function withRemarks(row: WeightReport, remarks: Remarks | undefined, measure: boolean): WeightReport {
  if (remarks === undefined) return row;
  const cost = measure ? remarks.cost() : undefined;
  const { broken } = remarks;
  const reasons = [row.reason, cost && costWords(cost), broken].filter((reason) => reason !== undefined);
  return {
    ...row,
    reason: reasons.join('; '),
    ...(cost === undefined ? {} : { gridCost: cost }),
    warnings: broken === undefined ? row.warnings : [...row.warnings, broken],
  };
}
