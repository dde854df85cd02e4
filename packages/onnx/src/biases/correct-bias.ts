/**
 * Takes what a quantized weight adds to its output channels on average off the numbers that are added to them: those of the bias, of an
 * `Add` behind the product, or of ones that are made.
 */
import type { BiasNote } from '@lowbit/core/adapter';
import { sizeOf } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { makeNode } from '../graph/make-node.js';
import type { ModelEditor } from '../graph/model-editor.js';
import { isStandard } from '../graph/scope.js';
import { storedBytes } from '../graph/stored-bytes.js';
import { makeTensor } from '../graph/make-tensor.js';
import type { BiasPlace } from '../operators/operator.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { biasPlace } from './bias-place.js';

/** From this version on `Add` broadcasts as numpy does. */
const addBroadcasts = 7;

/** What is corrected. */
interface Correction {
  readonly graph: EditableGraph;
  readonly node: NodeProto;
  /** Of the weight as its operator takes it, and of what is added. */
  readonly type: DataType;
  readonly place: BiasPlace;
  /** By how much the products of each channel are too large. */
  readonly shift: Float32Array;
}

/** Corrects the bias of the one operator that takes a weight, in the graph of the editor. */
export function correctBias(editor: ModelEditor, site: WeightSite, shift: Float32Array): BiasNote {
  const found = biasPlace(site);
  if (typeof found === 'string') return left(found);
  const { use, place } = found;
  const graph = editor.graph(use.graph);
  const own = { graph, node: use.node, type: use.type, place, shift };
  const changed = place.input === undefined ? undefined : changedInput(own, place.input);
  if (changed !== undefined) return changed;
  const { axis } = place;
  if (axis === undefined)
    return left('its bias is no constant with one number a channel, and more is computed behind the sum');
  if (editor.opsetOf(use.graph) < addBroadcasts)
    return left('its bias is no constant, and Add of this version adds no numbers to channels');
  return changedBehind(own, axis);
}

const left = (reason: string): BiasNote => ({
  form: 'float',
  storedBytes: 0,
  left: true,
  reason: `stays as it is: ${reason}`,
});

/** The input that is the bias, as it is or made anew; `undefined` where it is no constant that can be changed. */
function changedInput({ graph, node, type, place, shift }: Correction, input: number): BiasNote | undefined {
  const { alpha = 1, beta = 1, within } = place;
  const name = node.input[input] ?? '';
  const off = shift.map((one) => (-alpha * one) / beta);
  const { dims, length, every, from } = within ?? {
    dims: [off.length],
    length: off.length,
    every: 0,
    from: 0,
  };
  const placeOf = (channel: number) => Math.floor(channel / length) * every + from + (channel % length);
  if (name === '') {
    const values = new Float32Array(sizeOf(dims));
    off.forEach((one, channel) => (values[placeOf(channel)] = one));
    graph.setInput(node, input, graph.addConstant(`${node.output[0]}_bias`, { type, dims, values }));
    return { form: 'new bias', storedBytes: bytesOf(type, dims, values), reason: 'its operator takes one' };
  }
  const before = numbersOf(graph, name, type, sizeOf(dims));
  if (before === undefined) return undefined;
  off.forEach((one, channel) => (before.values[placeOf(channel)]! += one));
  const added = put(graph, name, type, before, (fresh) => graph.setInput(node, input, fresh));
  return { form: 'bias', storedBytes: added, reason: 'in its place' };
}

/** The constant of an `Add` behind the operator, or a new one. */
function changedBehind({ graph, node, type, place, shift }: Correction, axis: number): BiasNote {
  const { alpha = 1 } = place;
  const off = shift.map((one) => -alpha * one);
  const output = node.output[0] as string;
  const user = graph.soleUser(output);
  const at =
    user !== undefined && isStandard(user, 'Add') ? user.input.findIndex((name) => name !== output) : -1;
  const name = user?.input[at] ?? '';
  const before = at < 0 ? undefined : numbersOf(graph, name, type, off.length);
  if (user !== undefined && at >= 0 && before?.dims.at(axis) === off.length) {
    off.forEach((one, channel) => (before.values[channel]! += one));
    const added = put(graph, name, type, before, (fresh) => graph.setInput(user, at, fresh));
    return { form: 'Add', storedBytes: added, reason: 'the numbers that are added behind its product' };
  }
  const dims = [off.length, ...Array.from({ length: -1 - axis }, () => 1)];
  const bias = graph.addConstant(`${output}_bias`, { type, dims, values: off });
  const products = graph.newName(`${output}_products`);
  graph.setOutput(node, products);
  const sum = makeNode({ op: 'Add', inputs: [products, bias], outputs: [output] });
  graph.replace(node, [node, sum]);
  const bytes = bytesOf(type, dims, off) + storedBytes({ node: [sum] });
  return { form: 'new Add', storedBytes: bytes, reason: 'its operator takes no bias' };
}

interface Numbers {
  readonly dims: readonly number[];
  /** To be changed. */
  readonly values: Float32Array;
}

/** The numbers of a constant of a type, where they are at hand and as many, or one that stands for all. */
function numbersOf(graph: EditableGraph, name: string, type: DataType, count: number): Numbers | undefined {
  const known = graph.constantType(name);
  if (known?.type !== type || graph.isExternal(name)) return undefined;
  const size = sizeOf(known.dims);
  if (size === count) return { dims: known.dims, values: graph.floats(name).slice() };
  if (size !== 1) return undefined;
  return { dims: [count], values: new Float32Array(count).fill(graph.floats(name)[0] as number) };
}

/**
 * Puts numbers in the place of a constant, where one user takes it alone, or beside it.
 *
 * @param take Has the user take another one.
 * @returns How many bytes the file has more.
 */
function put(
  graph: EditableGraph,
  name: string,
  type: DataType,
  { dims, values }: Numbers,
  take: (fresh: string) => void,
): number {
  const isOwn = graph.soleUser(name) !== undefined;
  const before = sizeOf(graph.constantType(name)?.dims ?? []);
  const more = bytesOf(type, dims, values);
  if (isOwn && type === DataType.FLOAT) graph.setConstant(name, dims, values);
  else take(graph.addConstant(`${name}_corrected`, { type, dims, values }));
  return !isOwn ? more : before === values.length ? 0 : more;
}

const bytesOf = (type: DataType, dims: readonly number[], values: Float32Array): number =>
  storedBytes({ initializer: [makeTensor('bias', type, dims, values)] });
