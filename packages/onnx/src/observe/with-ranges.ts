import type { BatchRange } from '@lowbit/core/adapter';
import type { OnnxModel } from '../model/model.js';
import { copyMessage, createValueInfo, DataType, type GraphProto } from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import { writeModel } from '../model/write-model.js';
import type { OrtTensor } from './ort.js';

/** Without axes they reduce everything, and are the same in every version. */
const reductions = ['ReduceMin', 'ReduceMax', 'ReduceMean'] as const;

type Figure = (typeof reductions)[number] | 'Size';

const outputName = (figure: Figure, index: number) => `lowbit_${figure}_${index}`;

/** A model that gives the ranges of values instead of the values; {@link rangeAt} reads that of name i. */
export function withRanges(model: OnnxModel, names: readonly string[]): Uint8Array {
  const graph = model.proto.graph as GraphProto;
  const node = [...graph.node, ...names.flatMap(rangeNodes)];
  const output = names.flatMap((_, index) => [
    createValueInfo(outputName('Size', index), DataType.INT64, []),
    ...reductions.map((op) => createValueInfo(outputName(op, index), DataType.FLOAT, [])),
  ]);
  const proto = copyMessage(model.proto, { graph: copyMessage(graph, { node, output }) });
  return writeModel({ ...model, proto });
}

/** Runtimes have no reductions of some types, and drop casts of floats. */
function rangeNodes(name: string, index: number) {
  const float = `lowbit_float_${index}`;
  return [
    makeNode({ op: 'Cast', inputs: [name], outputs: [float], attributes: { to: DataType.FLOAT } }),
    makeNode({ op: 'Size', inputs: [name], outputs: [outputName('Size', index)] }),
    ...reductions.map((op) =>
      makeNode({ op, inputs: [float], outputs: [outputName(op, index)], attributes: { keepdims: 0 } }),
    ),
  ];
}

/**
 * The range of name i by the outputs of {@link withRanges}; `undefined` where they are missing, or where a value is NaN or
 * infinite, which shows in the mean (the smallest and largest may be any value then).
 */
export function rangeAt(outputs: Readonly<Record<string, OrtTensor>>, index: number): BatchRange | undefined {
  const figure = (name: Figure) => {
    const { data } = outputs[outputName(name, index)] ?? {};
    return Number((data as ArrayLike<number | bigint> | undefined)?.[0]);
  };
  const [min, max, mean] = [figure('ReduceMin'), figure('ReduceMax'), figure('ReduceMean')];
  return Number.isFinite(min + max + mean) ? { count: figure('Size'), min, max } : undefined;
}
