import { isStandard } from '../graph/scope.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import type { FoldRule } from './fold-step.js';

/**
 * Writes x · clip(x + b, 0, h) / d as `HardSigmoid` and `Mul`, as two passes over the data instead of four:
 * clip(x + b, 0, h) = h · HardSigmoid(x; α = 1 / h, β = b / h). A factor h / d that is not 1 remains as `Mul`.
 */
export const joinHardSwish: FoldRule = {
  name: 'hard swish',
  apply(node, graph) {
    const found = findPattern(node, graph);
    if (found === undefined) return undefined;
    const { x, add, clip, divide, offset, height, factor } = found;
    const gate = graph.newName(`${clip.output[0] as string}_gate`);
    const product = node.output[0] as string;
    const sigmoid = makeNode({
      op: 'HardSigmoid',
      inputs: [x],
      outputs: [gate],
      attributes: {
        alpha: { float: Math.fround(1 / height) },
        beta: { float: Math.fround(offset / height) },
      },
    });
    graph.absorb(add, [sigmoid]);
    graph.absorb(clip, [sigmoid]);
    const multiply = makeNode({ op: 'Mul', inputs: [x, gate], outputs: [product] });
    graph.replace(node, [sigmoid, multiply]);
    if (factor === 1) {
      graph.absorb(divide, [multiply]);
      graph.setOutput(multiply, divide.output[0] as string);
      return 'folded';
    }
    const values = Float32Array.of(factor);
    const constant = graph.addConstant(`${product}_factor`, { type: DataType.FLOAT, dims: [], values });
    graph.replace(divide, [makeNode({ op: 'Mul', inputs: [product, constant], outputs: divide.output })]);
    return 'folded';
  },
};

/** `node` is the multiplication of x by the clipped sum. */
function findPattern(node: NodeProto, graph: EditableGraph) {
  if (!isStandard(node, 'Mul')) return undefined;
  for (const [x, gate] of [node.input, [...node.input].reverse()] as [string, string][]) {
    const clip = soleProducer(gate, node, graph);
    const height = clip && clipHeight(clip, graph);
    const add = clip && soleProducer(clip.input[0] ?? '', clip, graph);
    const offset = add && isStandard(add, 'Add') ? constantBeside(add, x, graph) : undefined;
    const divide = graph.soleUser(node.output[0] ?? '');
    const factor = divide && factorOf(divide, node.output[0] as string, graph);
    if (!clip || !add || !divide || !height || offset === undefined || factor === undefined) continue;
    return { x, add, clip, divide, offset, height, factor: factor(height) };
  }
  return undefined;
}

/** The producer of a value that only `user` takes. */
function soleProducer(name: string, user: NodeProto, graph: EditableGraph): NodeProto | undefined {
  return graph.soleUser(name) === user ? graph.producer(name) : undefined;
}

/** The single number of a FLOAT constant. */
function number(name: string | undefined, graph: EditableGraph): number | undefined {
  const { type, dims = [0] } = graph.constantType(name ?? '') ?? {};
  const single = type === DataType.FLOAT && dims.length <= 1 && dims.every((size) => size === 1);
  return single ? graph.constant(name as string)?.values[0] : undefined;
}

/** The other, constant operand of a node with two. */
function constantBeside(node: NodeProto, x: string, graph: EditableGraph): number | undefined {
  if (!node.input.includes(x)) return undefined;
  return number(node.input[node.input[0] === x ? 1 : 0], graph);
}

/** The upper bound of a `Clip` from 0, given by attributes up to opset 10 and by inputs from 11. */
function clipHeight(node: NodeProto, graph: EditableGraph): number | undefined {
  if (!isStandard(node, 'Clip')) return undefined;
  const attribute = (name: string) => node.attribute.find((one) => one.name === name)?.f;
  const [low, high] = [
    number(node.input[1], graph) ?? attribute('min'),
    number(node.input[2], graph) ?? attribute('max'),
  ];
  return low === 0 && high !== undefined && high > 0 && Number.isFinite(high) ? high : undefined;
}

/** What a division or multiplication by a constant leaves of the height. Equal numbers leave exactly 1. */
function factorOf(
  node: NodeProto,
  x: string,
  graph: EditableGraph,
): ((height: number) => number) | undefined {
  const constant = constantBeside(node, x, graph);
  if (constant === undefined) return undefined;
  if (isStandard(node, 'Div') && node.input[0] === x && constant !== 0) return (height) => height / constant;
  if (!isStandard(node, 'Mul')) return undefined;
  return (height) => (Math.abs(height * constant - 1) < 1e-7 ? 1 : height * constant);
}
