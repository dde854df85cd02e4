import { constantSource } from '../describe/constant-source.js';
import { makeScope } from '../describe/scope.js';
import { isExternal } from '../read/tensor-data.js';
import { subgraphsOf } from '../read/subgraphs.js';
import type { GraphProto, NodeProto, TensorProto } from '../schema/proto.js';
import { initializersStandAlone } from '../target/facts.js';
import { copyMessage, DataType } from '../schema/proto.js';
import { makeNode } from '../write/make-node.js';
import { makeTensor } from '../write/make-tensor.js';
import { constantValue, type ConstantValue } from './constant-value.js';

/** A graph that rules look at and change; {@link apply} writes the changes back at the end. */
export interface EditableGraph {
  /** The nodes as they are now, `Constant` nodes left out, in an order in which they can run. */
  nodes(): readonly NodeProto[];
  /** The node that makes a value, constants excepted. */
  producer(name: string): NodeProto | undefined;
  /** The numbers of a constant that nobody may replace from outside; `undefined` for anything else. */
  constant(name: string): ConstantValue | undefined;
  isConstant(name: string): boolean;
  /** Every node that takes the value, once for each input that it feeds; subgraphs not counted. */
  users(name: string): readonly NodeProto[];
  /** Whether the value is an output of the graph or is used inside a subgraph. */
  isHeld(name: string): boolean;
  /** The node that alone takes the value, once. */
  soleUser(name: string): NodeProto | undefined;
  /** Changes the numbers of a FLOAT constant; its name and place stay. */
  setConstant(name: string, dims: readonly number[], values: Float32Array): void;
  /** Adds a constant; its name is `near`, with a number behind it where that is taken. */
  addConstant(near: string, { type, dims, values }: ConstantValue): string;
  /** A name for a value that is not used so far: `near`, or `near` with a number behind it. */
  newName(near: string): string;
  setInput(node: NodeProto, index: number, name: string): void;
  setOutput(node: NodeProto, name: string): void;
  /** Puts nodes in the place of one; with none it is removed. */
  replace(node: NodeProto, by: readonly NodeProto[]): void;
  /** Writes the changes into the graph, without the constants that nothing uses any more. */
  apply(): void;
}

/**
 * @param order The nodes of the graph in an order in which they can run.
 * @param taken Names of all values of the model; new names are added.
 * @param ir The file's IR version.
 */
// eslint-disable-next-line max-lines-per-function -- one closure over the indices that all edits keep in step
export function editableGraph(
  graph: GraphProto,
  order: readonly NodeProto[],
  taken: Set<string>,
  ir: number,
): EditableGraph {
  const constants = constantsOf(graph, ir);
  const held = heldNames(graph);
  const users = new Map<string, NodeProto[]>();
  const producers = new Map<string, NodeProto>();
  const changed = new Map<string, TensorProto>();
  const added: TensorProto[] = [];
  const isConstantNode = (node: NodeProto) => constants.has(node.output[0] ?? '') && node.input.length === 0;
  let nodes = order.filter((node) => !isConstantNode(node));
  const link = (node: NodeProto) => {
    for (const name of node.input) users.set(name, [...(users.get(name) ?? []), node]);
    for (const name of node.output) producers.set(name, node);
  };
  const unlink = (node: NodeProto) => {
    for (const name of node.input) dropOne(users, name, node);
    for (const name of node.output) if (producers.get(name) === node) producers.delete(name);
  };
  nodes.forEach(link);
  const usedAtFirst = new Set([...constants.keys()].filter((name) => users.has(name) || held.has(name)));
  const newName = (near: string) => {
    let name = near;
    for (let count = 2; taken.has(name); count++) name = `${near}_${count}`;
    taken.add(name);
    return name;
  };
  const relink = (node: NodeProto, change: () => void) => {
    unlink(node);
    change();
    link(node);
  };
  const self: EditableGraph = {
    nodes: () => nodes,
    producer: (name) => producers.get(name),
    isConstant: (name) => constants.has(name),
    constant(name) {
      const tensor = constants.get(name);
      return tensor === undefined || isExternal(tensor) ? undefined : constantValue(tensor);
    },
    users: (name) => users.get(name) ?? [],
    isHeld: (name) => held.has(name),
    soleUser(name) {
      const [user, ...others] = users.get(name) ?? [];
      return others.length === 0 && !held.has(name) ? user : undefined;
    },
    newName,
    setConstant(name, dims, values) {
      const tensor = makeTensor(constants.get(name)?.name ?? name, DataType.FLOAT, dims, values);
      constants.set(name, tensor);
      changed.set(name, tensor);
    },
    addConstant(near, { type, dims, values }) {
      const tensor = makeTensor(newName(near), type, dims, values);
      constants.set(tensor.name, tensor);
      added.push(tensor);
      return tensor.name;
    },
    setInput: (node, index, name) =>
      relink(node, () => {
        while (node.input.length <= index) node.input.push('');
        node.input[index] = name;
      }),
    setOutput: (node, name) => relink(node, () => (node.output[0] = name)),
    replace(node, by) {
      unlink(node);
      by.forEach(link);
      nodes = nodes.flatMap((one) => (one === node ? by : [one]));
    },
    apply() {
      const unused = (name: string) => usedAtFirst.has(name) && !users.get(name)?.length && !held.has(name);
      const inputs = new Set<string>();
      graph.initializer = graph.initializer.flatMap((tensor) => {
        if (unused(tensor.name)) {
          inputs.add(tensor.name);
          return [];
        }
        return [changed.get(tensor.name) ?? tensor];
      });
      graph.input = graph.input.filter(({ name }) => !inputs.has(name));
      const constantNodes = order
        .filter((node) => isConstantNode(node) && !unused(node.output[0] as string))
        .map((node) => withTensor(node, changed.get(node.output[0] as string)));
      const kept = added
        .filter(({ name }) => users.get(name)?.length)
        .map((tensor) => changed.get(tensor.name) ?? tensor);
      const asNodes = ir < initializersStandAlone ? kept.map(constantNode) : [];
      if (asNodes.length === 0) graph.initializer.push(...kept);
      const known = new Set([
        ...producers.keys(),
        ...graph.input.map(({ name }) => name),
        ...constants.keys(),
      ]);
      graph.valueInfo = graph.valueInfo.filter(({ name }) => known.has(name));
      graph.node = [...constantNodes, ...asNodes, ...nodes];
    },
  };
  return self;
}

/** Constants that nobody may replace from outside: from IR 4 an initializer that is also an input may be. */
function constantsOf(graph: GraphProto, ir: number): Map<string, TensorProto> {
  const { definitions, inputs } = makeScope(graph, '');
  return new Map(
    [...definitions.values()].flatMap((definition): [string, TensorProto][] => {
      const source = constantSource(definition);
      const open = ir >= initializersStandAlone && inputs.has(definition.name);
      return source === undefined || open ? [] : [[definition.name, source.tensor]];
    }),
  );
}

/** Outputs of the graph, and what its subgraphs use. */
function heldNames(graph: GraphProto): Set<string> {
  const inner = graph.node.flatMap(subgraphsOf).flatMap(({ graph: body }) => [...usedNames(body)]);
  return new Set([...graph.output.map(({ name }) => name), ...inner]);
}

function* usedNames(graph: GraphProto): Iterable<string> {
  for (const { name } of graph.output) yield name;
  for (const node of graph.node) {
    yield* node.input;
    for (const { graph: body } of subgraphsOf(node)) yield* usedNames(body);
  }
}

function dropOne(users: Map<string, NodeProto[]>, name: string, node: NodeProto): void {
  const all = users.get(name) ?? [];
  const index = all.indexOf(node);
  if (index >= 0) users.set(name, [...all.slice(0, index), ...all.slice(index + 1)]);
}

function withTensor(node: NodeProto, tensor: TensorProto | undefined): NodeProto {
  return tensor === undefined ? node : copyMessage(node, { attribute: constantNode(tensor).attribute });
}

function constantNode(tensor: TensorProto): NodeProto {
  return makeNode({ op: 'Constant', inputs: [], outputs: [tensor.name], attributes: { value: { tensor } } });
}
