import { sizeOf } from '@lowbit/core/adapter';
import type { DescribedLayer } from '../describe/described-layer.js';
import { type SampleShapes, sampleShapes } from '../describe/sample-shapes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import type { OnnxModel } from '../model/model.js';
import type { Geometry } from '../operators/operator.js';
import { operatorOf } from '../operators/operators.js';
import type { GraphProto, NodeProto } from '../schema/proto.js';
import { type IntegerForm, layerTimes, otherTime, type Place, recurrentTime } from './cost.js';
import type { IntegerLayer } from './integer-layer.js';

/** What is known of the work of a network, for one sample. */
export interface NetworkWork {
  /** Where a layer stands; `undefined` where neither the file nor the operators tell how many positions it has. */
  place(node: NodeProto, geometry: Geometry): Place | undefined;
  /** How many times as fast as in floats the whole network is expected to be with these layers in integers. */
  timesAsFast(layers: readonly IntegerLayer[], form: IntegerForm): number;
}

/** A network that gains less stays in floats: the quantization costs accuracy in any case. */
export const leastNetworkGain = 1.05;

/** What is counted where nothing tells how many positions there are. */
const usualPositions = 128;

/** Operators that runtimes compute along with a convolution or `Gemm` before them. */
const fused = new Set(['Clip', 'HardSigmoid', 'LeakyRelu', 'Relu', 'Sigmoid', 'Tanh']);

export function networkWork(
  { proto, opset }: OnnxModel,
  described: readonly DescribedLayer[],
  graph: EditableGraph,
): NetworkWork {
  const shapeOf = sampleShapes(proto.graph as GraphProto, graph, opset);
  const sizeOfValue = (name = '') => sizeOf(shapeOf(name) ?? []);
  const layers = new Map(described.map((layer) => [layer.node, layer]));
  const place: NetworkWork['place'] = (node, { op, products, outputs }) => {
    const [value, share] = op === 'Conv' ? [node.output[0], outputs] : [node.input[0], products];
    const shape = shapeOf(value ?? '');
    if (shape === undefined) return undefined;
    const next = graph.soleUser(node.output[0] ?? '')?.opType ?? '';
    return { positions: Math.max(1, sizeOf(shape) / share), fusesNext: op !== 'MatMul' && fused.has(next) };
  };
  const known = (node: NodeProto, geometry: Geometry) =>
    place(node, geometry) ?? { positions: usualPositions, fusesNext: false };
  const floatNode = (node: NodeProto): number => {
    const weight = layers.get(node)?.weights[0];
    const geometry = weight && operatorOf(node)?.integer?.geometry(node, weight.shape);
    if (geometry !== undefined) return layerTimes(geometry, 'operators', known(node, geometry)).float;
    const recurrence = recurrenceOf(node, shapeOf);
    if (recurrence !== undefined) return recurrentTime(node.opType, recurrence.steps, recurrence.macs);
    const outputs = sizeOfValue(node.output[0]);
    const dims = weight?.source.tensor.dims.map(Number) ?? [];
    const products = weight && operatorOf(node)?.products?.({ ...weight, dims });
    return otherTime(
      outputs,
      products ?? (node.opType === 'MatMul' ? shapeOf(node.input[0] ?? '')?.at(-1) : 0) ?? 0,
    );
  };
  return {
    place,
    timesAsFast(chosen, form) {
      const float = graph.nodes().reduce((sum, node) => sum + floatNode(node), 0);
      const saved = chosen.reduce((sum, { node, geometry }) => {
        const times = layerTimes(geometry, form, known(node, geometry));
        return sum + times.float - times.integers;
      }, 0);
      return float / (float - saved);
    },
  };
}

/** How often a layer with a state steps on, and what it multiplies then: W [directions, gates, inputs] and R [directions, gates, hidden]. */
function recurrenceOf({ opType, input }: NodeProto, shapeOf: SampleShapes) {
  if (!['LSTM', 'GRU', 'RNN'].includes(opType)) return undefined;
  const [x, w, r] = input.map((name) => shapeOf(name));
  const [directions = 1, gates = 0, inputs = 0] = w ?? [];
  const [time = 1, batch = 1] = x ?? [];
  return { steps: directions * time * batch, macs: gates * (inputs + (r?.[2] ?? 0)) };
}
