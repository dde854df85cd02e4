import { type AttributeValue, makeNode } from '../graph/make-node.js';
import { keepWords } from '../graph/keep-words.js';
import { makeTensor } from '../graph/make-tensor.js';
import type { SharedConstants } from './shared-constants.js';
import type { DataType, NodeProto, TensorProto } from '../schema/proto.js';
import { defined } from '@lowbit/core/adapter';

/** Constants and nodes that compute one weight, not yet part of a graph. */
export interface Fragment {
  readonly constants: readonly TensorProto[];
  /** Constants shared with other weights of the graph. */
  readonly shared: ReadonlySet<TensorProto>;
  /** In an order in which they can be computed. */
  readonly nodes: readonly NodeProto[];
  /** The name of a constant of this weight alone, which ends in `role`; a role is added once. */
  constant(role: string, type: DataType, dims: readonly number[], values: ArrayLike<number>): string;
  /** The name of a constant that other weights may use too. */
  small(type: DataType, dims: readonly number[], values: readonly number[]): string;
  /** Adds a node and returns the name of its output. */
  node(
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    domain?: string,
  ): string;
  /** Takes the nodes added so far out of the fragment; its constants stay. */
  take(): readonly NodeProto[];
  /**
   * Gives the value a name that the rest of the graph knows.
   *
   * @param replaced The node that computed it before, whose name and doc string its node now gets.
   */
  rename(value: string, name: string, replaced?: NodeProto): void;
}

/** @param prefix What all names of the fragment begin with. */
export function fragment(prefix: string, constantsOfGraph: SharedConstants): Fragment {
  const constants: TensorProto[] = [];
  const shared = new Set<TensorProto>();
  const nodes: NodeProto[] = [];
  let count = 0;
  return {
    constants,
    shared,
    nodes,
    constant(role, type, dims, values) {
      const name = `${prefix}.${role}`;
      if (!constants.some((constant) => constant.name === name)) {
        constants.push(makeTensor(name, type, dims, values));
      }
      return name;
    },
    small(type, dims, values) {
      const tensor = constantsOfGraph.find(type, dims, values);
      shared.add(tensor);
      return tensor.name;
    },
    node(op, inputs, attributes = {}, domain) {
      const output = `${prefix}.${count++}`;
      nodes.push(
        makeNode({
          op,
          name: output,
          inputs,
          outputs: [output],
          attributes,
          ...defined({ domain }),
        }),
      );
      return output;
    },
    take: () => nodes.splice(0),
    rename(value, name, replaced) {
      const node = nodes.find(({ output }) => output[0] === value);
      if (node === undefined) return;
      node.output[0] = name;
      node.name = replaced?.name || node.name;
      if (replaced !== undefined) keepWords(node, replaced);
    },
  };
}
