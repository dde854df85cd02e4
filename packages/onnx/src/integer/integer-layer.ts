import { defined, matchesGlob, sizeOf } from '@lowbit/core/adapter';
import { isPackedFloat, type PackedFloat } from '../target/runs.js';
import type { DescribedLayer } from '../describe/described-layer.js';
import type { Geometry, IntegerFacts } from '../operators/operator.js';
import { operatorOf } from '../operators/operators.js';
import type { WeightSite } from '../describe/weight-site.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { tiedTable, type TiedTable } from './tied-table.js';
import { type CastWeight, castWeight } from './cast-weight.js';
import { isShared } from './shared-weight.js';
import { slowerReason } from './cost.js';
import type { IntegerWish } from './integer-wish.js';

/** A convolution or product that can be computed in integers, as far as the graph tells. */
export interface IntegerLayer {
  readonly layer: DescribedLayer;
  readonly node: NodeProto;
  readonly integer: IntegerFacts;
  readonly geometry: Geometry;
  readonly weight: WeightSite;
  /** Of the weight as the layer takes it, of what it takes beside it and of what it gives. */
  readonly type: PackedFloat;
  /** Axis of the output channels in the weight. */
  readonly channelAxis: number;
  /** The value that is quantized before the operator. */
  readonly input: string;
  /** How the layer gets the weight where that is stored in another type. */
  readonly cast?: CastWeight;
  /** What else takes the weight; absent where nothing does. */
  readonly tied?: TiedTable;
  /** Whether other products take the weight too, which become integer with this one or not at all. */
  readonly shared?: boolean;
}

/** Whether runtimes fuse `qdq` around it to one integer operator. */
export const isFused = ({ integer, type }: IntegerLayer): boolean =>
  type === DataType.FLOAT && integer.becomes.qdq !== undefined;

/**
 * A layer as one that is computed in integers, before anything is known about its codes and about how many positions it has; a text says why it is
 * not.
 */
export function integerLayer(
  layer: DescribedLayer,
  graph: EditableGraph,
  wish: Pick<IntegerWish, 'form' | 'onlyFaster' | 'integersFor'>,
): IntegerLayer | string {
  const { form } = wish;
  const { node, weights } = layer;
  const [weight] = weights;
  const integer = operatorOf(node)?.integer;
  if (integer === undefined) {
    return `computed in floats: ${operatorOf(node)?.floats?.(node) ?? `there is no integer form of ${layer.op}`}`;
  }
  if (weight === undefined || graph.producer(node.output[0] ?? '') !== node) return inSubgraph;
  const [use] = weight.uses;
  const { name, tensor } = weight.source;
  const cast =
    weight.uses.length === 1 && use !== undefined ? castWeight(node, use.input, name, graph) : undefined;
  const isAlone = graph.users(name).length === 1 && !graph.isHeld(name);
  const isSole = weight.uses.length === 1 && isAlone && (use?.direct === true || cast !== undefined);
  const tied = isSole || form === 'qdq' ? undefined : tiedTable(weight, node, graph);
  const shared = form !== 'qdq' && isShared(weight, graph);
  if (weights.length !== 1 || !(isSole || tied !== undefined || shared)) return sharedWeight;
  if (isSole && use?.input !== 1) return 'computed in floats: the weight is the first operand';
  const type = cast?.type ?? tensor.dataType;
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
  const slow = comesFromPooling(node.input[0] ?? '', graph) ? tiny : slowerReason(geometry, form);
  if (slow !== undefined && !isNamed(layer, wish.integersFor))
    return wish.onlyFaster ? slow : `${slow}${unlessNamed}`;
  const input = node.input[0] as string;
  return {
    layer,
    node,
    integer,
    geometry,
    weight,
    type,
    channelAxis,
    input,
    shared,
    ...defined({ tied, cast }),
  };
}

/** Whether a layer is one of those that compute in integers whatever is known of such. */
const isNamed = ({ id, op, weights }: DescribedLayer, globs: readonly string[] = []): boolean =>
  [id, op, ...weights.map((weight) => weight.id)].some((name) =>
    globs.some((glob) => matchesGlob(glob, name)),
  );

const unlessNamed = '; integersFor computes it in integers all the same';
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
