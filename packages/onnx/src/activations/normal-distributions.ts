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
    : pooled(shift, scale);
}

/** Mean and deviation of values that are drawn from all of these distributions alike; deviations may have a sign. */
function pooled(means: ArrayLike<number>, deviations: ArrayLike<number>): NormalDistribution | undefined {
  const mean = averageOf(means, (one) => one);
  const within = averageOf(deviations, (one) => one ** 2);
  const deviation = Math.sqrt(within + averageOf(means, (one) => (one - mean) ** 2));
  return Number.isFinite(mean) && deviation > 0 && Number.isFinite(deviation)
    ? { mean, deviation }
    : undefined;
}

/** The mean of a number that is computed of each value; values are not copied, as layers have many channels. */
function averageOf(values: ArrayLike<number>, numberOf: (value: number) => number): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += numberOf(values[index] as number);
  return sum / values.length;
}
