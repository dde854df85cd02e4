import { decode, type QuantizedTensor, type StorageNote } from '@lowbit/core';
import type { WeightSite, WeightUse } from '../describe/weight-site.js';
import { weightRewriter } from '../forms/rewrite-model.js';
import { makeRawTensor, makeTensor } from '../graph/make-tensor.js';
import { bytesOfType } from '../model/data-types.js';
import type { OnnxModel } from '../model/model.js';
import { operatorOf } from '../operators/operators.js';
import type { DataType, GraphProto, NodeProto, TensorProto } from '../schema/proto.js';
import type { FormWish } from '../target/target.js';

/** A weight that stands in a model as a constant of floats, in whose place its packed form comes. */
export interface PackedWeight {
  readonly name: string;
  readonly tensor: QuantizedTensor;
  /** Dimensions of the value that operators take. */
  readonly dims: readonly number[];
  readonly type: DataType;
  /** The values before they were quantized, for where packed ones would take more bytes. */
  readonly original?: () => Promise<Float32Array>;
}

/** The constant that holds a weight's place. Its data are not written: packing needs name, type and size alone. */
export const placeOf = ({ name, tensor, dims, type }: PackedWeight): TensorProto =>
  makeRawTensor(name, type, dims, new Uint8Array(bytesOfType(type, tensor.codes.length)));

/**
 * Puts packed weights into the places of their constants, each in the form that its users and the target allow, as weights of
 * a file that is quantized.
 *
 * @param model With {@link placeOf} each weight among the initializers of its main graph.
 * @param prefix What the names of all that is added begin with.
 */
export async function packWeights(
  { proto, ...versions }: OnnxModel,
  weights: readonly PackedWeight[],
  wish: FormWish,
  prefix: string,
): Promise<StorageNote[]> {
  const graph = proto.graph as GraphProto;
  const sites = weights.map((weight) => siteOf(weight, graph));
  const ids = new Set(weights.map(({ name }) => name));
  const rewriter = weightRewriter({ proto, ...versions }, sites, ids, wish, prefix);
  for (const { name, tensor } of weights) rewriter.add(name, tensor);
  const notes = rewriter.finish();
  const byName = new Map(weights.map((weight) => [weight.name, weight]));
  const floats = new Map<string, TensorProto>();
  for (const { id, float } of notes) if (float) floats.set(id, await asFloats(byName.get(id)!));
  graph.initializer = graph.initializer.map((constant) => floats.get(constant.name) ?? constant);
  return notes.map((note) => (byName.get(note.id)?.original ? note : withDecoded(note)));
}

/** A weight that would take more bytes packed. */
async function asFloats({ name, tensor, dims, type, original }: PackedWeight): Promise<TensorProto> {
  return makeTensor(name, type, dims, original === undefined ? decode(tensor) : await original());
}

/** The note on a weight, of which a float one has the values that its codes stand for. */
function withDecoded({ float, ...note }: StorageNote): StorageNote {
  if (float === undefined) return note;
  const reason = 'the values of its codes stand as floats, since its packed form would take more bytes';
  return { ...note, reason };
}

/** A weight as those of files are described. */
export function siteOf({ name, tensor }: PackedWeight, graph: GraphProto): WeightSite {
  const constant = graph.initializer.find((one) => one.name === name) as TensorProto;
  const { dataType: type } = constant;
  const uses = graph.node.flatMap((node) => usesBy(node, name, { graph, type }));
  const source = { kind: 'initializer', graph, name, tensor: constant } as const;
  const [meaning] = uses.flatMap(({ node, input }) => meaningOf(node, input, tensor.shape));
  const view = meaning ?? { shape: tensor.shape, outputAxes: [] };
  return { id: name, kernel: 'kernel', source, uses, ...view, shape: tensor.shape };
}

const usesBy = (node: NodeProto, name: string, own: Pick<WeightUse, 'graph' | 'type'>): WeightUse[] =>
  node.input.flatMap((one, input) => (one === name ? [{ ...own, node, input, direct: true }] : []));

/** What the axes of a weight mean to the operator that takes it, where they are its own. */
function meaningOf(node: NodeProto, input: number, shape: readonly number[]) {
  const role = operatorOf(node)
    ?.roles(node)
    .find((one) => one.input === input);
  const view = role?.axes(shape);
  return typeof view === 'object' && view.shape.length === shape.length ? [view] : [];
}
