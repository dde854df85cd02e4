import { isStandard } from '../graph/scope.js';
import type { NodeProto } from '../schema/proto.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import type { IntegerLayer } from './integer-layer.js';
import { maxPoolOfIntegersSince } from '../target/versions.js';

/** The 8-bit result of a convolution. */
export interface QuantizedResult {
  readonly layer: IntegerLayer;
  /** The value that is quantized: the convolution's own, or that of the activation after it. */
  readonly tensor: string;
  /** A `Relu` or `Clip` that the range of the 8-bit value takes the place of. */
  readonly absorbed?: NodeProto;
}

/** An operator that takes 8-bit values and gives one. */
export interface PassingNode {
  readonly node: NodeProto;
  /** The value that is quantized: the node's own, or that of the activation after it. */
  readonly tensor: string;
  readonly absorbed?: NodeProto;
  /** `own`: its result has a range of its own. `shared`: it moves values, so that their scale stays. */
  readonly range: 'own' | 'shared';
}

export interface QdqPlan {
  readonly results: readonly QuantizedResult[];
  readonly passing: readonly PassingNode[];
}

/** Operators that the runtime computes with 8-bit values, by how their result is quantized. */
const passes: ReadonlyMap<string, PassingNode['range']> = new Map([
  ['Add', 'own'],
  ['AveragePool', 'own'],
  ['Concat', 'own'],
  ['GlobalAveragePool', 'own'],
  ['Mul', 'own'],
  ['Flatten', 'shared'],
  ['MaxPool', 'shared'],
  ['Reshape', 'shared'],
  ['Squeeze', 'shared'],
  ['Transpose', 'shared'],
  ['Unsqueeze', 'shared'],
]);

/**
 * Where 8-bit values are made and handed on: the results of convolutions, and operators all of whose inputs are such
 * values and whose result reaches another integer layer. What ends in floats anyway is not rounded on the way.
 */
export function qdqPlan(layers: readonly IntegerLayer[], graph: EditableGraph, opset: number): QdqPlan {
  const results = layers
    .filter(({ integer }) => integer.givesIntegers)
    .map((layer) => resultOf(layer, graph));
  const quantized = new Set(results.map(({ tensor }) => tensor));
  const candidates: PassingNode[] = [];
  for (const node of graph.nodes()) {
    const found = passingNode(node, quantized, graph, opset);
    if (found === undefined) continue;
    candidates.push(found);
    quantized.add(found.tensor);
  }
  const wanted = new Set(layers.map(({ input }) => input));
  const passing = candidates.reverse().filter(({ node, tensor }) => {
    if (!wanted.has(tensor)) return false;
    dataOf(node, graph).forEach((name) => wanted.add(name));
    return true;
  });
  return { results, passing: passing.reverse() };
}

/** What a convolution gives that becomes an 8-bit value. */
export function resultOf(layer: IntegerLayer, graph: EditableGraph): QuantizedResult {
  return { layer, ...quantizedValue(layer.node, graph) };
}

/** The value that is quantized after a node with a range of its own. */
function quantizedValue(node: NodeProto, graph: EditableGraph): Pick<PassingNode, 'tensor' | 'absorbed'> {
  const own = node.output[0] as string;
  const user = graph.soleUser(own);
  const cuts = user !== undefined && (isStandard(user, 'Relu') || isStandard(user, 'Clip'));
  return cuts ? { tensor: user.output[0] as string, absorbed: user } : { tensor: own };
}

function passingNode(
  node: NodeProto,
  quantized: ReadonlySet<string>,
  graph: EditableGraph,
  opset: number,
): PassingNode | undefined {
  const range = [...passes.keys()].some((op) => isStandard(node, op)) ? passes.get(node.opType) : undefined;
  const tooOld = node.opType === 'MaxPool' && opset < maxPoolOfIntegersSince;
  if (range === undefined || tooOld || node.output.length !== 1) return undefined;
  const data = dataOf(node, graph);
  const all = data.length > 0 && data.every((name) => quantized.has(name));
  if (!all) return undefined;
  const value = range === 'own' ? quantizedValue(node, graph) : { tensor: node.output[0] as string };
  return { node, range, ...value };
}

/** Inputs that are values, not shapes or axes. */
export function dataOf(node: NodeProto, graph: EditableGraph): string[] {
  const several = passes.get(node.opType) === 'own';
  const inputs = several ? node.input : node.input.slice(0, 1);
  return inputs.some((name) => graph.isConstant(name)) ? [] : [...inputs];
}
