import type { EditableGraph } from '../graph/editable-graph.js';
import type { DataType, NodeProto } from '../schema/proto.js';
import { type AttributeValue, makeNode } from '../graph/make-node.js';

/** Attributes of nodes that a builder makes. */
export type PlainAttribute = Exclude<
  AttributeValue,
  { readonly tensor: unknown } | { readonly graph: unknown }
>;

/** Adds nodes to a graph, in an order in which they can run. */
export interface GraphBuilder {
  /** Version of the standard operators. */
  readonly opset: number;
  /** What means are summed in. */
  readonly sums: 'float32' | 'float64';
  /** Name of the constant with these numbers; equal ones are stored once. */
  constant(type: DataType, dims: readonly number[], values: ArrayLike<number>): string;
  /** Name of the output of this node; nodes that compute the same are added once. */
  node(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, PlainAttribute>>): string;
  /** Takes the nodes added since the last call, to be put into the graph. */
  take(): readonly NodeProto[];
}

/** @param prefix What the names of new values begin with. */
export function graphBuilder(
  graph: Pick<EditableGraph, 'addConstant' | 'newName'>,
  opset: number,
  prefix: string,
  sums: GraphBuilder['sums'] = 'float64',
): GraphBuilder {
  const constants = new Map<string, string>();
  const outputs = new Map<string, string>();
  const nodes: NodeProto[] = [];
  let count = 0;
  const newName = () => graph.newName(`${prefix}.${count++}`);
  return {
    opset,
    sums,
    constant(type, dims, values) {
      const key = `${type}[${dims.join()}]${Array.from(values, exactly).join()}`;
      const known = constants.get(key);
      if (known !== undefined) return known;
      const name = graph.addConstant(`${prefix}.${count++}`, { type, dims, values: values as Float32Array });
      constants.set(key, name);
      return name;
    },
    node(op, inputs, attributes = {}) {
      const key = JSON.stringify([op, inputs, attributes]);
      const known = outputs.get(key);
      if (known !== undefined) return known;
      const output = newName();
      outputs.set(key, output);
      nodes.push(makeNode({ op, inputs, outputs: [output], attributes }));
      return output;
    },
    take: () => nodes.splice(0),
  };
}

/** Numbers as text that tells them apart, zeros of both signs too. */
const exactly = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));
