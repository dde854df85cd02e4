import type { ConstantValue } from './constant-value.js';
import { graphConstants } from './graph-constants.js';
import { graphLinks } from './graph-links.js';
import { freeName, heldNames } from './names.js';
import { nodeList } from './node-list.js';
import { type PlacedConstants } from './placed-constants.js';
import { type StoredConstants, writeEdits } from './write-edits.js';
import type { GraphProto, NodeProto, TensorProto } from '../schema/proto.js';
import { constantsOfAnyType, initializersStandAlone } from '../target/versions.js';
import type { ConstantSource } from './constant-source.js';
import { additions, constantPlaces } from './edit-constants.js';
import { kept, replacements, renaming } from './edit-nodes.js';

/** A graph that rules look at and change; {@link apply} writes the changes back at the end. */
export interface EditableGraph {
  /** The nodes as they are now, `Constant` nodes left out, in an order in which they can run. */
  nodes(): readonly NodeProto[];
  /** The node that makes a value, constants excepted. */
  producer(name: string): NodeProto | undefined;
  /** The numbers of a constant that nobody may replace from outside; `undefined` for anything else. */
  constant(name: string): ConstantValue | undefined;
  isConstant(name: string): boolean;
  /** The integers of a short constant list of sizes, axes or bounds, to compute with; `undefined` for anything else. */
  list(name: string): readonly number[] | undefined;
  /**
   * The values of a constant of type FLOAT, to be read.
   *
   * @throws LowbitError as `readFloats`.
   */
  floats(name: string): Float32Array;
  /**
   * The values of a constant of type FLOAT, to be changed in place: what is written there, the constant becomes.
   *
   * @throws LowbitError as `readFloats`.
   */
  ownFloats(name: string): Float32Array;
  /** How many values of constants were read so far: what folding them costs. */
  valuesRead(): number;
  /** Whether the data of a constant are in another file. */
  isExternal(name: string): boolean;
  /** Type and dimensions of a constant, without reading it. */
  constantType(name: string): Pick<ConstantValue, 'type' | 'dims'> | undefined;
  /** Every node that takes the value, once for each input that it feeds; subgraphs not counted. */
  users(name: string): readonly NodeProto[];
  /** Whether the value is an output of the graph or is used inside a subgraph. */
  isHeld(name: string): boolean;
  /** The node that alone takes the value, once. */
  soleUser(name: string): NodeProto | undefined;
  /** Changes the numbers of a FLOAT constant, which holds `values` from now on; its name and place stay. */
  setConstant(name: string, dims: readonly number[], values: Float32Array): void;
  /** Puts a value in the place of a constant; its name and place stay. */
  putConstant(name: string, value: ConstantValue): void;
  /**
   * Adds a constant; its name is `near`, with a number behind it where that is taken.
   *
   * @param replaced The constant or node whose place it takes, and whose doc string it gets.
   */
  addConstant(
    near: string,
    { type, dims, values }: ConstantValue,
    replaced?: Pick<NodeProto, 'docString'>,
  ): string;
  /** Adds a constant as it is, under a name that is not used so far. */
  addTensor(tensor: TensorProto): void;
  /** Whether constants that are added may be integers. */
  holdsIntegers(opset: number): boolean;
  /** Adds a list of INT64, exactly as it is. */
  addIntegers(near: string, values: readonly bigint[]): string;
  /** A name for a value that is not used so far: `near`, or `near` with a number behind it. */
  newName(near: string): string;
  setInput(node: NodeProto, index: number, name: string): void;
  /** @param index Of the output. Default: the first. */
  setOutput(node: NodeProto, name: string, index?: number): void;
  /** Puts nodes in the place of one, whose name and doc string the one that makes its result gets; with none it is removed. */
  replace(node: NodeProto, by: readonly NodeProto[]): void;
  /** Removes a node whose work others do from now on; they get its doc string. */
  absorb(node: NodeProto, into: readonly NodeProto[]): void;
  /** Where constants that take the place of another one are stored. */
  placed(source: ConstantSource, constants: readonly TensorProto[]): PlacedConstants;
  /**
   * Puts constants, and nodes that compute its value, in the place of a constant.
   *
   * @param shared Constants among them that others may take too: they come before all.
   */
  replaceConstant(
    source: ConstantSource,
    by: { readonly constants: readonly TensorProto[]; readonly nodes: readonly NodeProto[] },
    shared: readonly TensorProto[],
  ): void;
  /** Takes away a constant that nothing reads. */
  dropConstant(tensor: TensorProto): void;
  /** Gives a value another name wherever it is used, inside subgraphs too. */
  rename(name: string, fresh: string): void;
  /** Writes the changes into the graph, without the constants that nothing uses any more. */
  apply(): void;
}

/** What holds where a graph stands. */
export interface GraphPlace {
  /** The file's IR version; 0 in the body of a function, whose constants are nodes as in files of old versions. */
  readonly ir: number;
  /** Version of the standard operators. */
  readonly opset: number;
  /** Whether `Constant` nodes stay where they stand; otherwise they come first. */
  readonly keepsPlaces: boolean;
}

/**
 * @param order The nodes of the graph in an order in which they can run.
 * @param taken Gives the names of all values of the model; new names are added.
 */
export function editableGraph(
  graph: GraphProto,
  order: readonly NodeProto[],
  taken: () => Set<string>,
  place: GraphPlace,
): EditableGraph {
  const { ir } = place;
  const constants = graphConstants(graph, ir);
  const held = heldNames(graph);
  const isConstantNode = (node: NodeProto) => constants.has(node.output[0] ?? '') && node.input.length === 0;
  const nodes = nodeList(order);
  const links = graphLinks(order.filter((node) => !isConstantNode(node)));
  const computing = kept(nodes.all, (node) => !isConstantNode(node));
  const isNeeded = (name: string) => links.isUsed(name) || held.has(name);
  const usedAtFirst = new Set([...constants.names()].filter(isNeeded));
  const isUnused = (name: string) => usedAtFirst.has(name) && !isNeeded(name);
  const newName = (near: string) => freeName(near, taken());
  const stored: StoredConstants = { first: [], initializers: new Map(), added: [] };
  return {
    nodes: computing,
    producer: links.producer,
    users: links.users,
    isHeld: (name) => held.has(name),
    soleUser: (name) => (held.has(name) ? undefined : links.soleUser(name)),
    isConstant: constants.has,
    constant: constants.value,
    constantType: constants.type,
    floats: constants.floats,
    ownFloats: constants.ownFloats,
    valuesRead: constants.valuesRead,
    isExternal: constants.isExternal,
    setConstant: constants.set,
    putConstant: constants.put,
    list: constants.list,
    holdsIntegers: (opset) => opset >= constantsOfAnyType || ir >= initializersStandAlone,
    ...additions(constants, newName),
    newName,
    setInput: (node, index, name) =>
      links.change(node, () => {
        while (node.input.length <= index) node.input.push('');
        node.input[index] = name;
      }),
    setOutput: (node, name, index = 0) => links.change(node, () => (node.output[index] = name)),
    ...replacements(nodes, links),
    ...constantPlaces(place, constants, nodes, links, stored),
    rename: renaming(graph, { nodes, links, constants, held }),
    apply: () =>
      writeEdits(graph, place, { nodes: nodes.all(), isConstantNode, constants, links, isUnused, stored }),
  };
}
