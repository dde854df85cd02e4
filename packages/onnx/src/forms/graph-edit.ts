import type { ConstantSource } from '../graph/constant-source.js';
import { makeNode } from '../graph/make-node.js';
import type { GraphParts } from '../graph/stored-bytes.js';
import { sharedConstants, type SharedConstants } from './shared-constants.js';
import { copyMessage, type GraphProto, type NodeProto, type TensorProto } from '../schema/proto.js';
import { constantHolds, initializersStandAlone } from '../target/versions.js';
import type { Target } from '../target/target.js';
import type { Fragment } from './fragment.js';

/** Changes of one graph, gathered and then made at once. */
export interface GraphEdit {
  readonly shared: SharedConstants;
  /** What a fragment would add to the graph in place of the source. */
  parts(source: ConstantSource, by: Fragment): GraphParts;
  /** Replaces a source by a fragment; other nodes of the graph may be replaced with it. */
  replace(source: ConstantSource, by: Fragment, others: ReadonlyMap<NodeProto, readonly NodeProto[]>): void;
  apply(): void;
}

/** @param place The versions that hold where the graph stands. */
export function graphEdit(
  graph: GraphProto,
  { ir, opset }: Pick<Target, 'ir' | 'opset'>,
  newName: () => string,
): GraphEdit {
  const shared = sharedConstants(newName);
  const first: NodeProto[] = [];
  const nodes = new Map<NodeProto, readonly NodeProto[]>();
  const initializers = new Map<TensorProto, readonly TensorProto[]>();
  const added: TensorProto[] = [];
  const inputs = new Set<string>();
  const newShared = (by: Fragment) => [...by.shared].filter((tensor) => !shared.has(tensor));
  const asInitializer = (source: ConstantSource, { dataType }: TensorProto) =>
    (ir >= initializersStandAlone && source.kind === 'initializer') || !constantHolds(dataType, opset);
  const split = (source: ConstantSource, constants: readonly TensorProto[]) => {
    const initializer = constants.filter((tensor) => asInitializer(source, tensor));
    const rest = constants.filter((tensor) => !asInitializer(source, tensor));
    return { initializer, constants: rest.map(constantNode) };
  };
  return {
    shared,
    parts(source, by) {
      const { initializer, constants } = split(source, [...newShared(by), ...by.constants]);
      return { initializer, node: [...constants, ...by.nodes] };
    },
    replace(source, by, others) {
      const shares = split(source, newShared(by));
      shared.keep(newShared(by));
      for (const [node, other] of others) nodes.set(node, other);
      const { initializer, constants } = split(source, by.constants);
      const stored = [...shares.initializer, ...initializer];
      const own = [...constants, ...by.nodes];
      first.unshift(...shares.constants);
      if (source.node === undefined) {
        inputs.add(source.name);
        initializers.set(source.tensor, stored);
        first.push(...own);
      } else {
        added.push(...stored);
        nodes.set(source.node, own);
      }
    },
    apply() {
      graph.node = [...first, ...graph.node.flatMap((node) => nodes.get(node) ?? [node])];
      graph.initializer = graph.initializer.flatMap((tensor) => initializers.get(tensor) ?? [tensor]);
      graph.initializer.push(...added);
      graph.input = graph.input.filter(({ name }) => !inputs.has(name));
    },
  };
}

/** The parts of the graph that a replacement takes away. */
export function replacedParts({ kind, graph, name, tensor, node }: ConstantSource): GraphParts {
  if (node !== undefined) return { node: [node] };
  return {
    initializer: [tensor],
    input: graph.input.filter((input) => kind === 'initializer' && input.name === name),
  };
}

/** A `Constant` node with this value; the name is the output's, so the tensor itself needs none. */
function constantNode(tensor: TensorProto): NodeProto {
  const { name, docString } = tensor;
  const value = copyMessage(tensor);
  delete (value as { name?: string }).name;
  delete (value as { docString?: string }).docString;
  const node = makeNode({
    op: 'Constant',
    name,
    inputs: [],
    outputs: [name],
    attributes: { value: { tensor: value } },
  });
  if (docString !== '') node.docString = docString;
  return node;
}
