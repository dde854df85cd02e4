import type { FittedSite, ModelPort, WeightDescriptor } from '../model/port.js';
import { uniqueWeights } from '../plan/make-plan.js';
import type { QuantizationPlan, QuantizedEntry } from '../plan/plan.js';
import { activationRows } from '../report/activation-rows.js';
import { buildReport, weightRow } from '../report/build-report.js';
import type { WeightReport } from '../report/report.js';
import type { QuantizedTensor } from '../scheme/types.js';
import type { Quantized } from './apply-plan.js';
import type { SessionOptions } from './events.js';
import { pause } from './pause.js';

/** Turns the values of one weight into codes. */
export type EncodeOne = (
  weight: WeightDescriptor,
  values: Float32Array,
  entry: QuantizedEntry,
) => QuantizedTensor;

/** Encodes every weight of a checked plan, one at a time, has the port write the result, and reports. */
export async function writePlan<M>(
  port: ModelPort<M>,
  plan: QuantizationPlan,
  activations: ReadonlyMap<string, FittedSite>,
  encodeOne: EncodeOne,
  { signal, onProgress }: SessionOptions,
): Promise<Quantized<M>> {
  const layers = await port.layers();
  const placed = uniqueWeights(layers);
  const entries = plan.weights.filter((entry): entry is QuantizedEntry => entry.bits !== 'float');
  const weights = new Map<string, QuantizedTensor>();
  const rows: WeightReport[] = [];
  for (const [done, entry] of entries.entries()) {
    onProgress?.({ phase: 'quantize', done, total: entries.length, id: entry.id });
    await pause(signal);
    const { weight, layer } = placed.get(entry.id) as NonNullable<ReturnType<typeof placed.get>>;
    const values = await weight.read();
    const tensor = encodeOne(weight, values, entry);
    rows.push(weightRow(weight, layer.op, entry, values, tensor));
    port.accept?.(tensor, entry.id);
    weights.set(entry.id, tensor);
  }
  onProgress?.({ phase: 'quantize', done: entries.length, total: entries.length });
  await pause(signal);
  onProgress?.({ phase: 'write', done: 0, total: 1 });
  const applied = await port.apply({ plan, weights, activations });
  onProgress?.({ phase: 'write', done: 1, total: 1 });
  const report = buildReport(port.name, plan, rows, layers, applied);
  return {
    model: applied.model,
    plan,
    report: { ...report, ...activationRows(plan, layers, activations, applied.activations) },
  };
}
