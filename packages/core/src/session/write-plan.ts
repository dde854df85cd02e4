import type { FittedActivations, ModelPort, WeightDescriptor } from '../model/port.js';
import { uniqueWeights } from '../plan/make-plan.js';
import type { QuantizationPlan, QuantizedEntry } from '../plan/plan.js';
import { activationRows, withActivations } from '../report/activation-rows.js';
import { buildReport, weightRow } from '../report/build-report.js';
import { measureWritten } from '../report/measure-written.js';
import type { GridCost, WeightReport } from '../report/report.js';
import { sizeOf } from '../scheme/shape.js';
import type { SliceRanges } from '../scheme/slice-ranges.js';
import type { QuantizedTensor } from '../scheme/types.js';
import type { Quantized } from './apply-plan.js';
import type { QuantizeOptions } from './events.js';
import { costWords } from './grid-cost.js';
import { pauses } from './pause.js';
import { weightRanges } from './weight-ranges.js';

/** Turns the values of one weight into codes. They are finite, and lie in these ranges. */
export type EncodeOne = (
  weight: WeightDescriptor,
  values: Float32Array,
  entry: QuantizedEntry,
  ranges: SliceRanges,
) => QuantizedTensor;

/** What there is to say of how a weight was encoded. */
export interface Remarks {
  /** What its grid costs. */
  readonly cost: () => GridCost | undefined;
  /** The promise that the quantizer broke. */
  readonly broken: string | undefined;
}

export type RemarkOne = (
  weight: WeightDescriptor,
  values: Float32Array,
  entry: QuantizedEntry,
  tensor: QuantizedTensor,
) => Remarks;

/** Encodes every weight of a checked plan, one at a time, has the port write the result, and reports. */
export async function writePlan<M>(
  port: ModelPort<M>,
  plan: QuantizationPlan,
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
  const read = reader();
  for (const [done, entry] of entries.entries()) {
    onProgress?.({ phase: 'quantize', done, total: entries.length, id: entry.id });
    await pause();
    const { weight, layer } = placed.get(entry.id) as NonNullable<ReturnType<typeof placed.get>>;
    const values = await read(weight);
    const ranges = weightRanges(entry, weight, values);
    const tensor = encodeOne(weight, values, entry, ranges);
    const row = weightRow(weight, layer.op, entry, values, tensor, ranges, measure);
    rows.push(withRemarks(row, remarkOne?.(weight, values, entry, tensor), measure));
    await writer.add(entry.id, tensor);
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

/** Reads one weight after the other, where the port can into the memory of one before, which is then lost. */
function reader(): (weight: WeightDescriptor) => Promise<Float32Array> {
  let memory: Float32Array = new Float32Array(0);
  return async (weight) => {
    const size = sizeOf(weight.shape);
    const values = await weight.read(size <= memory.length ? memory.subarray(0, size) : undefined);
    if (values.length > memory.length) memory = values;
    return values;
  };
}
