import type { QuantizationPlan } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** What lowbit leaves in `userDefinedMetadata`, under the key `lowbit`; saved and loaded with the model. */
export interface LowbitMetadata {
  readonly plan: QuantizationPlan;
}

/** Writes the plan into the metadata of `model`, beside what `source` had there. */
export function recordPlan(model: LayersModel, source: LayersModel, plan: QuantizationPlan): void {
  const lowbit = JSON.parse(JSON.stringify({ plan })) as LowbitMetadata;
  model.setUserDefinedMetadata({ ...source.getUserDefinedMetadata(), lowbit });
}

/** The plan that a model was quantized by, or undefined when lowbit did not make it. */
export function planOf(model: LayersModel): QuantizationPlan | undefined {
  const metadata = model.getUserDefinedMetadata() as { lowbit?: LowbitMetadata } | undefined;
  return metadata?.lowbit?.plan;
}
