import type { SpeedForecast } from '@lowbit/core';
import { defined, sizeOf } from '@lowbit/core/adapter';
import { opsetRefusal } from '../opset/raise.js';
import type { OnnxModel } from '../model/model.js';
import { isPackedFloat, type PackedFloat } from '../target/runs.js';
import type { Runtime } from '../target/target.js';
import { dynamicOpset, integerOpset } from '../target/versions.js';
import { networkReason, noGpuKernels } from './reasons.js';
import type { DescribedLayer } from '../describe/described-layer.js';
import type { Geometry, IntegerFacts } from '../operators/operator.js';
import { operatorOf } from '../operators/operators.js';
import type { WeightSite } from '../describe/weight-site.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { tiedTable, type TiedTable } from './tied-table.js';
import { slowerReason, type IntegerForm } from './cost.js';
import { leastNetworkGain, networkWork, type NetworkWork } from './forecast.js';

/** A convolution or product that can be computed in integers, as far as the graph tells. */
export interface IntegerLayer {
  readonly layer: DescribedLayer;
  readonly node: NodeProto;
  readonly integer: IntegerFacts;
  readonly geometry: Geometry;
  readonly weight: WeightSite;
  /** Of the weight, of what the layer takes and of what it gives. */
  readonly type: PackedFloat;
  /** Axis of the output channels in the weight. */
  readonly channelAxis: number;
  /** The value that is quantized before the operator. */
  readonly input: string;
  /** What else takes the weight; absent where nothing does. */
  readonly tied?: TiedTable;
}

/** Whether runtimes fuse `qdq` around it to one integer operator. */
export const isFused = ({ integer, type }: IntegerLayer): boolean =>
  type === DataType.FLOAT && integer.becomes.qdq !== undefined;

export interface IntegerLayers {
  readonly layers: readonly IntegerLayer[];
  /** Why other weights are not computed with in integers, by the weight's id. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Absent where no layer could be computed in integers. */
  readonly forecast?: SpeedForecast;
}

/** What integers are written as, and for which runtime. */
export interface IntegerWish {
  readonly form: IntegerForm;
  /** Layers that would not gain where they stand stay in floats, and all where the network would not. */
  readonly onlyFaster: boolean;
  readonly runtime?: Runtime | undefined;
}

/**
 * The layers that integers make faster, before anything is known about their codes.
 *
 * @param described Of this very model.
 * @param graph The main one.
 * @param measures Whether ranges are measured on each run.
 */
export function integerLayers(
  model: OnnxModel,
  described: readonly DescribedLayer[],
  graph: EditableGraph,
  { form, onlyFaster, runtime }: IntegerWish,
  measures: boolean,
): IntegerLayers {
  const onGpu = runtime?.provider === 'webgpu' ? noGpuKernels : undefined;
  const refusal = onGpu ?? opsetRefusal(model, opsetFor(measures));
  const reasons = new Map<string, string>();
  const layers: IntegerLayer[] = [];
  for (const layer of described) {
    const found = refusal ?? integerLayer(layer, graph, form);
    if (typeof found === 'object') layers.push(found);
    else layer.weights.forEach(({ id }) => reasons.set(id, found));
  }
  for (const { weight } of layers) reasons.delete(weight.id);
  if (layers.length === 0) return { layers, reasons };
  const work = networkWork(model, described, graph);
  const slow = onlyFaster ? slowerLayers(layers, work, form) : new Map<string, string>();
  slow.forEach((reason, id) => reasons.set(id, reason));
  const faster = layers.filter(({ weight }) => !slow.has(weight.id));
  const timesAsFast = work.timesAsFast(faster.length === 0 ? layers : faster, form);
  return { layers: faster, reasons, forecast: { timesAsFast, taken: faster.length > 0 } };
}

/** Why layers stay in floats that would not gain where they stand, by the weight's id; all where the network would not gain. */
function slowerLayers(
  layers: readonly IntegerLayer[],
  work: NetworkWork,
  form: IntegerForm,
): ReadonlyMap<string, string> {
  const reasons = layers.map(({ node, geometry }) =>
    slowerReason(geometry, form, work.place(node, geometry)),
  );
  const faster = layers.filter((_, at) => reasons[at] === undefined);
  const gains = work.timesAsFast(faster, form) >= leastNetworkGain;
  const network = networkReason(work.timesAsFast(layers, form));
  return new Map(
    layers.flatMap(({ weight }, at) => {
      const reason = gains ? reasons[at] : network;
      return reason === undefined ? [] : [[weight.id, reason] as const];
    }),
  );
}

/** The operator set that integers need. */
export const opsetFor = (measures: boolean): number => (measures ? dynamicOpset : integerOpset);

function integerLayer(layer: DescribedLayer, graph: EditableGraph, form: IntegerForm): IntegerLayer | string {
  const { node, weights } = layer;
  const [weight] = weights;
  const integer = operatorOf(node)?.integer;
  if (integer === undefined) return `computed in floats: there is no integer form of ${layer.op}`;
  if (weight === undefined || graph.producer(node.output[0] ?? '') !== node) return inSubgraph;
  const [use] = weight.uses;
  const isSole = weight.uses.length === 1 && use?.direct === true;
  const tied = isSole || form === 'qdq' ? undefined : tiedTable(weight, node, graph);
  if (weights.length !== 1 || !(isSole || tied !== undefined)) return sharedWeight;
  if (isSole && use.input !== 1) return 'computed in floats: the weight is the first operand';
  const { dataType: type } = weight.source.tensor;
  if (!isPackedFloat(type)) return 'computed in floats: the weight is neither of type FLOAT nor FLOAT16';
  const channelAxis = weight.outputAxes[0] as number;
  const problem = integer.takesBias ? biasProblem(node, weight.shape[channelAxis], type, graph) : undefined;
  const unfit = problem ?? integer.unfit?.(node);
  if (unfit !== undefined) return `computed in floats: ${unfit}`;
  const geometry = integer.geometry(
    node,
    tied?.turn === undefined ? weight.shape : weight.shape.toReversed(),
  );
  if (geometry === undefined) return 'computed in floats: the weight has more than two axes';
  const slower = comesFromPooling(node.input[0] ?? '', graph) ? tiny : slowerReason(geometry, form);
  if (slower !== undefined) return slower;
  const input = node.input[0] as string;
  return { layer, node, integer, geometry, weight, type, channelAxis, input, ...defined({ tied }) };
}

const inSubgraph = 'computed in floats: the operator is inside a subgraph';
const sharedWeight = 'computed in floats: the weight is used by several operators, or through others';
const tiny = 'computed in floats: it works on pooled values, too few for integers to be faster';

function biasProblem(
  node: NodeProto,
  channels: number | undefined,
  type: PackedFloat,
  graph: EditableGraph,
): string | undefined {
  const name = node.input[2] ?? '';
  if (name === '') return undefined;
  // Numbers of float32 are computed with here, those of float16 by nodes.
  const bias = type === DataType.FLOAT ? graph.constant(name) : graph.constantType(name);
  const fits = bias?.type === type && sizeOf(bias.dims) === channels;
  return fits ? undefined : 'its bias is not a constant with one number a channel';
}

/** Operators that neither gather nor spread values, between a pooling and the convolution after it. */
const elementwise = new Set(['Relu', 'Clip', 'HardSigmoid', 'Sigmoid', 'Conv', 'Identity']);

const farthest = 8;

/** Whether a value has one position only, because it was pooled over all of them a few operators before. */
function comesFromPooling(name: string, graph: EditableGraph, steps = farthest): boolean {
  const producer = graph.producer(name);
  if (producer === undefined || steps === 0) return false;
  if (['GlobalAveragePool', 'GlobalMaxPool'].includes(producer.opType)) return true;
  return elementwise.has(producer.opType) && comesFromPooling(producer.input[0] ?? '', graph, steps - 1);
}
