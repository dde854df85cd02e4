import type { QuantizationPlan } from '@lowbit/core';
import { checkModel } from './wrong-source.js';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { earlierPlans, recordsOf, type WeightRecords } from './weight-records.js';

/** What lowbit leaves in `userDefinedMetadata`, under the key `lowbit`; saved and loaded with the model. */
export interface LowbitMetadata {
  readonly plan: QuantizationPlan;
  /** Plans of the runs before, the first one first: what they quantized is still in the model. */
  readonly earlier?: readonly QuantizationPlan[];
  /** What the weights that these runs made are known by to a later one. */
  readonly weights?: WeightRecords;
}

/** The metadata of a result: the plan, with the records of the runs before, beside what `source` has there. */
export function withPlan(
  source: object | undefined,
  plan: QuantizationPlan,
  values: ReadonlyMap<string, () => Float32Array>,
): { readonly lowbit: LowbitMetadata } {
  const { lowbit: before } = (source ?? {}) as { lowbit?: Partial<LowbitMetadata> | null };
  const earlier = [...earlierPlans(before), ...(before?.plan === undefined ? [] : [before.plan])];
  const weights = { ...before?.weights, ...recordsOf(values) };
  const record: LowbitMetadata = { plan, ...(earlier.length === 0 ? {} : { earlier }), weights };
  return { ...source, lowbit: JSON.parse(JSON.stringify(record)) as LowbitMetadata };
}

/** Writes the plan into the metadata of `model`, beside what `source` had there. */
export function recordPlan(
  model: LayersModel,
  source: LayersModel,
  plan: QuantizationPlan,
  values: ReadonlyMap<string, () => Float32Array>,
): void {
  model.setUserDefinedMetadata({ ...withPlan(source.getUserDefinedMetadata(), plan, values) });
}

/** The plan that a model was quantized by, last, or undefined when lowbit did not make it. */
export function planOf(model: LayersModel): QuantizationPlan | undefined {
  checkModel(model, 'planOf(model)', 'planOfGraph()');
  const metadata = model.getUserDefinedMetadata() as { lowbit?: LowbitMetadata } | undefined;
  return metadata?.lowbit?.plan;
}
