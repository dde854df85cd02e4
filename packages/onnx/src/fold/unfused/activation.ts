import type { EditableGraph } from '../../graph/editable-graph.js';
import { type AttributeValue, makeNode } from '../../graph/make-node.js';
import { DataType, type NodeProto } from '../../schema/proto.js';
import { clipTakesInputs } from '../../target/versions.js';

/** Names of the numbers that activations of fused operators take, in their order. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  Relu: [],
  Tanh: [],
  Sigmoid: [],
  Softplus: [],
  Softsign: [],
  LeakyRelu: ['alpha'],
  Elu: ['alpha'],
  ThresholdedRelu: ['alpha'],
  HardSigmoid: ['alpha', 'beta'],
  Clip: ['min', 'max'],
};

/** Where an activation stands: what it takes and gives, and the operator set. */
interface Place {
  readonly from: string;
  readonly to: string;
  readonly opset: number;
}

/**
 * The activation of a fused operator as a node of its own; `undefined` for one that is not known.
 *
 * @param numbers In the order of the operator's own attributes; those that are missing have its defaults.
 */
export function activationNode(
  op: string,
  numbers: readonly number[],
  { from, to, opset }: Place,
  graph: EditableGraph,
): NodeProto | undefined {
  const names = parameters[op];
  if (names === undefined) return undefined;
  if (op === 'Clip' && opset >= clipTakesInputs) {
    const bounds = numbers.map((values, at) =>
      graph.addConstant(`${to}_${names[at] ?? ''}`, { type: DataType.FLOAT, dims: [], values: [values] }),
    );
    return makeNode({ op, inputs: [from, ...bounds], outputs: [to] });
  }
  const attributes = Object.fromEntries(
    names.flatMap((name, at): [string, AttributeValue][] => {
      const number = numbers[at];
      return number === undefined ? [] : [[name, { float: number }]];
    }),
  );
  return makeNode({ op, inputs: [from], outputs: [to], attributes });
}
