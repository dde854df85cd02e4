import type { NormalDistribution } from '@lowbit/core/adapter';
import { isStandard } from '../graph/scope.js';
import { graphConstants, type GraphConstants } from '../graph/graph-constants.js';
import type { GraphOrder } from '../model/check-graph.js';
import type { OnnxModel } from '../model/model.js';
import type { GraphProto, NodeProto } from '../schema/proto.js';

/** Distributions by the name of the value. */
export type NormalDistributions = ReadonlyMap<string, NormalDistribution>;

/** Operators that rectify values, choose among them, or move them. */
const passing: ReadonlySet<string> = new Set([
  ...['Relu', 'Clip', 'MaxPool', 'Identity', 'Dropout'],
  ...['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose'],
]);

/**
 * The distributions that batch normalization gives values before any rectifier: in a trained network each channel has
 * the mean β and the deviation |γ|, and all channels together have their mean and deviation. Values that do not come
 * from batch normalization, or are constant after it, are left out.
 *
 * @param order Of this very model.
 */
export function normalDistributions(model: OnnxModel, order: GraphOrder): NormalDistributions {
  const known = new Map<string, NormalDistribution>();
  const graph = model.proto.graph as GraphProto;
  if (!graph.node.some(isNormalization)) return known;
  const constants = graphConstants(graph, model.ir);
  for (const node of order.get(graph) ?? []) {
    const normal = isPassing(node) ? known.get(node.input[0] ?? '') : normalized(node, constants);
    if (normal !== undefined) known.set(node.output[0] as string, normal);
  }
  return known;
}

const isPassing = (node: NodeProto): boolean => passing.has(node.opType) && isStandard(node, node.opType);

const isNormalization = (node: NodeProto): boolean => isStandard(node, 'BatchNormalization');

function normalized(node: NodeProto, constants: GraphConstants): NormalDistribution | undefined {
  if (!isNormalization(node)) return undefined;
  const [scale, shift] = [1, 2].map((index) => constants.value(node.input[index] ?? '')?.values);
  return scale === undefined || shift === undefined || scale.length !== shift.length
    ? undefined
    : pooled(Array.from(shift), Array.from(scale, Math.abs));
}

/** Mean and deviation of values that are drawn from all of these distributions alike. */
function pooled(means: readonly number[], deviations: readonly number[]): NormalDistribution | undefined {
  const average = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = average(means);
  const within = average(deviations.map((deviation) => deviation ** 2));
  const deviation = Math.sqrt(within + average(means.map((one) => (one - mean) ** 2)));
  return Number.isFinite(mean) && deviation > 0 && Number.isFinite(deviation)
    ? { mean, deviation }
    : undefined;
}
