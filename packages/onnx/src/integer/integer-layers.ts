import type { DescribedLayer } from '../describe/described-layer.js';
import { integerAttribute, integersAttribute } from '../graph/attributes.js';
import { domainName, standardDomain } from '../model/model.js';
import type { WeightSite } from '../describe/weight-site.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { slowerReason, type Geometry, type IntegerForm } from './cost.js';
import { sizeOf } from '@lowbit/core';

/** A convolution or product that can be computed in integers, as far as the graph tells. */
export interface IntegerLayer {
  readonly layer: DescribedLayer;
  readonly node: NodeProto;
  readonly op: Geometry['op'];
  readonly weight: WeightSite;
  /** Axis of the output channels in the weight. */
  readonly channelAxis: number;
  /** The value that is quantized before the operator. */
  readonly input: string;
}

export interface IntegerLayers {
  readonly layers: readonly IntegerLayer[];
  /** Why other weights are not computed with in integers, by the weight's id. */
  readonly reasons: ReadonlyMap<string, string>;
}

/**
 * The layers of a graph that integers make faster.
 *
 * @param refusal Why the whole model cannot be computed in integers, if so.
 */
export function integerLayers(
  described: readonly DescribedLayer[],
  graph: EditableGraph,
  form: IntegerForm,
  refusal: string | undefined,
): IntegerLayers {
  const reasons = new Map<string, string>();
  const layers: IntegerLayer[] = [];
  for (const layer of described) {
    const found = refusal ?? integerLayer(layer, graph, form);
    if (typeof found === 'object') layers.push(found);
    else layer.weights.forEach(({ id }) => reasons.set(id, found));
  }
  return { layers, reasons };
}

function integerLayer(layer: DescribedLayer, graph: EditableGraph, form: IntegerForm): IntegerLayer | string {
  const { node, weights } = layer;
  const [weight] = weights;
  const op = operators.find((name) => name === layer.op);
  if (op === undefined || domainName(node.domain) !== standardDomain) {
    return `computed in floats: there is no integer form of ${layer.op}`;
  }
  if (weight === undefined || graph.producer(node.output[0] ?? '') !== node) return inSubgraph;
  if (weight.uses.length !== 1 || weights.length !== 1 || !weight.uses[0]?.direct) return sharedWeight;
  if (weight.uses[0].input !== 1) return 'computed in floats: the weight is the first operand';
  if (weight.source.tensor.dataType !== DataType.FLOAT)
    return 'computed in floats: the weight is not of type FLOAT';
  const problem = biasProblem(node, weight, graph) ?? gemmProblem(node);
  if (problem !== undefined) return problem;
  const geometry = geometryOf(op, node, weight);
  if (geometry === undefined) return 'computed in floats: the weight has more than two axes';
  const slower = comesFromPooling(node.input[0] ?? '', graph) ? tiny : slowerReason(geometry, form);
  if (slower !== undefined) return slower;
  return {
    layer,
    node,
    op,
    weight,
    channelAxis: weight.outputAxes[0] as number,
    input: node.input[0] as string,
  };
}

const operators: readonly Geometry['op'][] = ['Conv', 'MatMul', 'Gemm'];
const inSubgraph = 'computed in floats: the operator is inside a subgraph';
const sharedWeight = 'computed in floats: the weight is used by several operators, or through others';
const tiny = 'computed in floats: it works on pooled values, too few for integers to be faster';

function biasProblem(node: NodeProto, { shape }: WeightSite, graph: EditableGraph): string | undefined {
  const name = node.opType === 'MatMul' ? '' : (node.input[2] ?? '');
  if (name === '') return undefined;
  const channels = node.opType === 'Gemm' && integerAttribute(node, 'transB', 0) === 0 ? shape[1] : shape[0];
  const bias = graph.constant(name);
  const fits = bias?.type === DataType.FLOAT && bias.values.length === channels;
  return fits ? undefined : 'computed in floats: its bias is not a constant with one number a channel';
}

function gemmProblem(node: NodeProto): string | undefined {
  if (node.opType !== 'Gemm') return undefined;
  const factor = (name: string) => node.attribute.find((one) => one.name === name)?.f ?? 1;
  const plain = integerAttribute(node, 'transA', 0) === 0 && factor('alpha') === 1 && factor('beta') === 1;
  return plain ? undefined : 'computed in floats: transA, alpha or beta are not at their defaults';
}

function geometryOf(op: Geometry['op'], node: NodeProto, { shape }: WeightSite): Geometry | undefined {
  if (op !== 'Conv') {
    const [rows = 0, columns = 0] = shape;
    const flipped = op === 'Gemm' && integerAttribute(node, 'transB', 0) !== 0;
    const [products, outputs] = flipped ? [columns, rows] : [rows, columns];
    const matrix = shape.length === 2;
    return matrix ? { op, products, outputs, inputs: products, gathers: false, depthwise: false } : undefined;
  }
  const [outputs = 0, each = 0, ...kernel] = shape;
  const groups = integerAttribute(node, 'group', 1);
  const strides = integersAttribute(node, 'strides') ?? [];
  const area = sizeOf(kernel);
  return {
    op,
    products: each * area,
    outputs,
    inputs: each * groups * sizeOf(strides),
    gathers: area > 1,
    depthwise: groups > 1 && each === 1,
  };
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
