import { sizeOf } from '@lowbit/core';
import { integerAttribute } from '../graph/attributes.js';
import { isStandard } from '../graph/scope.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import type { EditableGraph } from '../graph/editable-graph.js';

/** Weights in row-major order, cut into runs of `length`. */
export interface ChannelRuns {
  readonly length: number;
  /** By how much the output channel grows from one weight of a run to the next. */
  readonly step: 0 | 1;
  /** The output channel of the first weight of a run. */
  readonly channelOf: (run: number) => number;
}

/** A node with constant weights that computes every output channel as a weighted sum plus a bias. */
export interface LinearUnit {
  readonly node: NodeProto;
  /** Dimensions of the weights, which are input 1. */
  readonly dims: readonly number[];
  readonly channels: number;
  /** How output channels follow one another in the weights. */
  readonly runs: ChannelRuns;
  /** Axis of the channels in the output, counted from the end as in −1. */
  readonly channelAxis: number;
  /** Rank of the output, where the operator fixes it. */
  readonly rank?: number;
  /** Whether the operator takes a bias, as its third input. */
  readonly takesBias: boolean;
  /** Why the weights or the bias must stay as they are; absent when they may change. */
  readonly fixed?: string;
}

/** The node as a linear unit; `undefined` for other nodes and for weights that are computed at run time. */
export function linearUnit(node: NodeProto, graph: EditableGraph): LinearUnit | undefined {
  const read = readers.find(({ op }) => isStandard(node, op))?.read;
  const weights = graph.constantType(node.input[1] ?? '');
  if (read === undefined || weights === undefined || node.output.length !== 1) return undefined;
  const shape = read(weights.dims, node);
  if (shape === undefined) return undefined;
  const fixed = fixedReason(node, weights.type, graph) ?? shape.fixed;
  return { node, dims: weights.dims, ...shape, ...(fixed === undefined ? {} : { fixed }) };
}

/** The name of a unit's weights. */
export const weightsName = ({ node }: LinearUnit): string => node.input[1] as string;

function fixedReason(node: NodeProto, type: DataType, graph: EditableGraph): string | undefined {
  if (type !== DataType.FLOAT) return 'the weights are not of type FLOAT';
  if (graph.soleUser(node.input[1] as string) !== node) return 'other nodes use the weights too';
  if (graph.isExternal(node.input[1] as string)) return 'the weights are in another file';
  const bias = node.input[2] ?? '';
  if (bias === '' || isBias(node, bias, graph)) return undefined;
  return 'the bias is computed at run time, or other nodes use it too';
}

function isBias(node: NodeProto, name: string, graph: EditableGraph): boolean {
  return graph.soleUser(name) === node && graph.constant(name)?.type === DataType.FLOAT;
}

type Shape = Omit<LinearUnit, 'node' | 'dims'>;
type Read = (dims: readonly number[], node: NodeProto) => Shape | undefined;

/** Weight [cout, cin / group, kernel…]. */
const conv: Read = (dims) => {
  const [channels = 0, ...rest] = dims;
  const each = sizeOf(rest);
  if (dims.length < 3) return undefined;
  const runs: ChannelRuns = { length: each, step: 0, channelOf: (run) => run };
  return { channels, runs, channelAxis: 1 - dims.length, rank: dims.length, takesBias: true };
};

/** Weight [cin, cout / group, kernel…]: group after group of input channels. */
const convTranspose: Read = (dims, node) => {
  const [inputs = 0, each = 0, ...kernel] = dims;
  const groups = integerAttribute(node, 'group', 1);
  const area = sizeOf(kernel);
  if (dims.length < 3) return undefined;
  const channelOf = (run: number) => {
    const row = Math.floor(run / each);
    return Math.floor((row * groups) / inputs) * each + (run % each);
  };
  return {
    channels: each * groups,
    runs: { length: area, step: 0, channelOf },
    channelAxis: 1 - dims.length,
    rank: dims.length,
    takesBias: true,
  };
};

const gemm: Read = (dims, node) => {
  const [rows = 0, columns = 0] = dims;
  const plain = floatOr(node, 'alpha', 1) === 1 && floatOr(node, 'beta', 1) === 1;
  if (dims.length !== 2) return undefined;
  const flipped = integerAttribute(node, 'transB', 0) !== 0;
  const channels = flipped ? rows : columns;
  return {
    channels,
    runs: flipped ? { length: columns, step: 0, channelOf: (run) => run } : alongColumns(columns),
    channelAxis: -1,
    rank: 2,
    takesBias: true,
    ...(plain ? {} : { fixed: 'alpha or beta is not 1' }),
  };
};

const matMul: Read = (dims) => {
  const columns = dims[1] as number;
  if (dims.length !== 2) return undefined;
  return { channels: columns, runs: alongColumns(columns), channelAxis: -1, takesBias: false };
};

const alongColumns = (columns: number): ChannelRuns => ({ length: columns, step: 1, channelOf: () => 0 });

const readers: readonly { op: string; read: Read }[] = [
  { op: 'Conv', read: conv },
  { op: 'ConvTranspose', read: convTranspose },
  { op: 'Gemm', read: gemm },
  { op: 'MatMul', read: matMul },
];

function floatOr(node: NodeProto, name: string, fallback: number): number {
  return node.attribute.find((attribute) => attribute.name === name)?.f ?? fallback;
}
