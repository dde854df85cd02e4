import type { BiasNote } from '@lowbit/core/adapter';
import { expandWeight, plainWeight, type StoredWeight } from '@lowbit/tfjs-format';
import { type GraphBias, graphBiases, isTakenOnce } from './graph-biases.js';
import type { GraphNode } from './graph-topology.js';
import type { ReadGraph } from './read-graph.js';
import { readersIn } from './weight-readers.js';

/** A graph in which biases take off what quantized weights add to their output channels on average. */
export interface CorrectedGraph {
  /** With other constants, more of them, and nodes that add these. */
  readonly graph: ReadGraph;
  /** Constants of other values, by their names. */
  readonly changed: ReadonlyMap<string, Float32Array>;
  /** Whether it has other nodes. */
  readonly hasOtherNodes: boolean;
  /** What became of shifts, by the names of the weights. */
  readonly notes: ReadonlyMap<string, BiasNote>;
}

/** @param shifts By the names of the weights. */
export function correctedGraph(graph: ReadGraph, shifts: ReadonlyMap<string, Float32Array>): CorrectedGraph {
  const { topology, where } = graph;
  const weights = new Map(graph.weights.map((weight) => [weight.spec.name, weight]));
  const placeOf = graphBiases(topology, readersIn(graph), weights);
  const editor = graphEditor(topology.node);
  const changed = new Map<string, Float32Array>();
  const notes = new Map<string, BiasNote>();
  const correct = (shift: Float32Array, { node, constant, shape }: GraphBias): BiasNote => {
    const before = constant && (weights.get(constant.weight) as StoredWeight);
    const off = shift.map((one) => -one);
    if (constant === undefined || before === undefined) {
      const stored = plainWeight(editor.newName(`${node}_bias`), shape, off, 'float32');
      weights.set(stored.spec.name, stored);
      editor.addBehind(node, stored);
      return { form: 'new Add', storedBytes: stored.bytes.length, reason: 'its node adds no bias' };
    }
    const values = expandWeight(before, where).map((value, i) => value + (off[i] as number));
    const isOwn = isTakenOnce(constant.weight, topology);
    const name = isOwn ? constant.weight : editor.newName(`${constant.weight}_corrected`);
    const stored = plainWeight(name, before.spec.shape, values, 'float32');
    weights.set(name, stored);
    if (isOwn) changed.set(name, values);
    else editor.takeAnother(constant, stored);
    const storedBytes = stored.bytes.length - (isOwn ? before.bytes.length : 0);
    return { form: 'bias', storedBytes, reason: 'in its place' };
  };
  for (const [name, shift] of shifts) {
    const place = placeOf(name);
    notes.set(name, typeof place === 'string' ? left(place) : correct(shift, place));
  }
  const node = editor.nodes();
  const own = node === undefined ? topology : { ...topology, node };
  const artifacts = { ...graph.artifacts, modelTopology: own };
  const corrected = { ...graph, topology: own, artifacts, weights: [...weights.values()] };
  return { graph: corrected, changed, hasOtherNodes: node !== undefined, notes };
}

const left = (reason: string): BiasNote => ({
  form: 'float',
  storedBytes: 0,
  left: true,
  reason: `stays as it is: ${reason}`,
});

/** Changes nodes of a graph, each by its name. */
function graphEditor(given: readonly GraphNode[]) {
  const nodes = new Map(given.map((node) => [node.name, node]));
  let isChanged = false;
  const add = (...added: readonly GraphNode[]) => {
    added.forEach((node) => nodes.set(node.name, node));
    isChanged = true;
  };
  const newName = (wanted: string): string => {
    let name = wanted;
    for (let count = 2; nodes.has(name); count++) name = `${wanted}_${count}`;
    return name;
  };
  return {
    newName,
    /** Another node gives the sum under the name of this one, so that nobody need ask for another. */
    addBehind(name: string, bias: StoredWeight) {
      const node = nodes.get(name) as GraphNode;
      const products = newName(`${name}_products`);
      add(constantNode(bias), { ...node, name: products }, sumNode(name, [products, bias.spec.name]));
    },
    /** An input of a node is another constant. */
    takeAnother({ reader, operand }: NonNullable<GraphBias['constant']>, constant: StoredWeight) {
      const node = nodes.get(reader) as GraphNode;
      const input = (node.input ?? []).map((one, i) => (i === operand ? constant.spec.name : one));
      add(constantNode(constant), { ...node, input });
    },
    /** `undefined` where none changed. */
    nodes: (): readonly GraphNode[] | undefined => (isChanged ? [...nodes.values()] : undefined),
  };
}

const float = { type: 'DT_FLOAT' };

function constantNode({ spec: { name, shape } }: StoredWeight): GraphNode {
  const dim = shape.map((size) => ({ size: String(size) }));
  const value = { tensor: { dtype: 'DT_FLOAT', tensorShape: { dim } } };
  return { name, op: 'Const', attr: { dtype: float, value } };
}

const sumNode = (name: string, input: readonly string[]): GraphNode => ({
  ...{ name, op: 'AddV2', input },
  attr: { T: float },
});
