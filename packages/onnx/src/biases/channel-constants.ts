/** Constants with one number a channel, read to be changed, and put back. */
import { sizeOf } from '@lowbit/core/adapter';
import type { EditableGraph } from '../graph/editable-graph.js';
import { makeTensor } from '../graph/make-tensor.js';
import { storedBytes } from '../graph/stored-bytes.js';
import type { BiasPlace } from '../operators/operator.js';
import { DataType, type NodeProto } from '../schema/proto.js';

/** What new ones are called, with a number behind it but for the first: short, since a file holds it twice. */
export const biasName = 'bias';

/** Where, and by how much, the sums of an operator are corrected. */
export interface Correction {
  readonly graph: EditableGraph;
  readonly node: NodeProto;
  /** Of the weight as its operator takes it, and of what is added. */
  readonly type: DataType;
  readonly place: BiasPlace;
  /** By how much the products of each channel are too large. */
  readonly shift: Float32Array;
}

/** A constant, and what it holds. */
export interface ChannelNumbers {
  readonly dims: readonly number[];
  /** To be changed. */
  readonly values: Float32Array;
}

/** The numbers of a constant of a type, where they are at hand and as many, or one that stands for all. */
export function numbersOf(
  graph: EditableGraph,
  name: string,
  type: DataType,
  count: number,
): ChannelNumbers | undefined {
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
export function put(
  graph: EditableGraph,
  name: string,
  type: DataType,
  { dims, values }: ChannelNumbers,
  take: (fresh: string) => void,
): number {
  const isOwn = graph.soleUser(name) !== undefined;
  const before = sizeOf(graph.constantType(name)?.dims ?? []);
  const more = bytesOf(type, dims, values);
  if (isOwn && type === DataType.FLOAT) graph.setConstant(name, dims, values);
  else take(graph.addConstant(`${name}_corrected`, { type, dims, values }));
  return !isOwn ? more : before === values.length ? 0 : more;
}

/** What such a constant takes in a file. */
export const bytesOf = (type: DataType, dims: readonly number[], values: Float32Array): number =>
  storedBytes({ initializer: [makeTensor('bias', type, dims, values)] });
