import type { Calibration } from '../calibration/statistics.js';
import type { ModelPort, WeightDescriptor } from '../model/port.js';
import { seededRandom, seedFrom } from '../numeric/random.js';
import { checkPlan, throwProblems } from '../plan/check-plan.js';
import { slicingOf } from '../plan/granularity.js';
import { uniqueWeights } from '../plan/make-plan.js';
import type { QuantizationPlan, QuantizedEntry } from '../plan/plan.js';
import { optionsOf } from '../plugin/choose.js';
import type { FitContext, Quantizer } from '../plugin/quantizer.js';
import type { Registry } from '../plugin/registry.js';
import { buildReport, weightRow } from '../report/build-report.js';
import type { Report, WeightReport } from '../report/report.js';
import { encode } from '../scheme/encode.js';
import type { QuantizedTensor } from '../scheme/types.js';
import type { SessionOptions } from './events.js';
import { fitActivations } from './fit-activations.js';
import { fitSafely } from './fit-safely.js';
import { pause } from './pause.js';

/** What `quantize` and `applyPlan` give. */
export interface Quantized<M> {
  readonly model: M;
  readonly plan: QuantizationPlan;
  readonly report: Report;
}

export interface ApplyOptions extends SessionOptions {
  /** Statistics that the plan's activation sites are fitted to. */
  readonly calibration?: Calibration;
}

/**
 * Quantizes every weight as the plan says, one at a time, and writes the result. Names in the plan are looked
 * up in `registry`. Throws what {@link checkPlan} finds, `non-finite`, `plugin-failed`, `aborted`, and the
 * port's own errors.
 */
export async function applyPlan<M>(
  port: ModelPort<M>,
  plan: QuantizationPlan,
  registry: Registry,
  options: ApplyOptions = {},
): Promise<Quantized<M>> {
  const { signal, onProgress } = options;
  const layers = await port.layers();
  throwProblems(checkPlan(plan, layers, registry, port.supports));
  const activations = fitActivations(plan, registry, options.calibration);
  const placed = uniqueWeights(layers);
  const entries = plan.weights.filter((entry): entry is QuantizedEntry => entry.bits !== 'float');
  const weights = new Map<string, QuantizedTensor>();
  const rows: WeightReport[] = [];
  for (const [done, entry] of entries.entries()) {
    onProgress?.({ phase: 'quantize', done, total: entries.length, id: entry.id });
    await pause(signal);
    const { weight, layer } = placed.get(entry.id) as NonNullable<ReturnType<typeof placed.get>>;
    const values = await weight.read();
    const tensor = quantizeWeight(weight, values, entry, plan.seed, registry);
    rows.push(weightRow(weight, layer.op, entry, values, tensor));
    port.accept?.(tensor, entry.id);
    weights.set(entry.id, tensor);
  }
  onProgress?.({ phase: 'quantize', done: entries.length, total: entries.length });
  await pause(signal);
  onProgress?.({ phase: 'write', done: 0, total: 1 });
  const applied = await port.apply({ plan, weights, activations });
  onProgress?.({ phase: 'write', done: 1, total: 1 });
  return { model: applied.model, plan, report: buildReport(port.name, plan, rows, layers, applied) };
}

function quantizeWeight(
  weight: WeightDescriptor,
  values: Float32Array,
  entry: QuantizedEntry,
  seed: number,
  registry: Registry,
): QuantizedTensor {
  const quantizer = registry.find('quantizer', entry.quantizer.name) as Quantizer;
  const context: FitContext = {
    role: 'weight',
    bits: entry.bits,
    options: optionsOf(quantizer, entry.quantizer.options),
    random: seededRandom(seedFrom(seed, entry.id)),
  };
  return encode(values, weight.shape, slicingOf(entry.granularity, weight), {
    bits: entry.bits,
    parameterStorage: entry.parameterStorage,
    where: weight.id,
    fit: (slice) => fitSafely(quantizer, slice, context, `weight '${weight.id}'`),
  });
}
