import type { QuantizationPlan } from '@lowbit/core';
import type { io } from '@tensorflow/tfjs-core';
import { checkArtifacts } from '../model/wrong-source.js';
import type { LowbitMetadata } from '../model/plan-record.js';

/** The plan that the artifacts of a graph model were quantized by, or undefined when lowbit did not make them. */
export function planOfGraph(model: io.ModelArtifacts): QuantizationPlan | undefined {
  checkArtifacts(model, 'planOfGraph(model)', 'planOf()');
  return (model.userDefinedMetadata as { lowbit?: LowbitMetadata } | undefined)?.lowbit?.plan;
}
