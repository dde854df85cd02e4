import { bytesOfType } from '../model/data-types.js';
import { subgraphsOf } from '../model/subgraphs.js';
import type { FunctionProto, GraphProto, ModelProto, NodeProto, TensorProto } from '../schema/proto.js';
import { valueOfConstant } from './constant-source.js';

/** What holds nodes, and in graphs also constants beside them. */
type Body = Pick<GraphProto, 'node' | 'initializer'> | (FunctionProto & { initializer?: undefined });

/** A constant as it is stored, and its value. */
interface Stored {
  readonly place: TensorProto | NodeProto;
  readonly tensor: TensorProto;
}

/** From so many bytes on the first constant of a name counts, below that the last (measured with onnxruntime 1.30 and 1.32). */
const largeBytes = 128;

/**
 * Takes away constants whose name another one has, but for that which runtimes read. `Constant` nodes count behind all
 * initializers.
 */
export function dropRepeatedConstants({ graph, functions }: ModelProto): void {
  for (const body of [...(graph === undefined ? [] : [graph]), ...functions]) dropRepeated(body);
}

function dropRepeated(body: Body): void {
  for (const { graph } of body.node.flatMap(subgraphsOf)) dropRepeated(graph);
  const read = new Map<string, Stored>();
  const gone = new Set<TensorProto | NodeProto>();
  const see = (name: string, stored: Stored) => {
    const before = read.get(name);
    const isRead = before === undefined || !isLarge(before.tensor);
    if (isRead) read.set(name, stored);
    if (before !== undefined) gone.add(isRead ? before.place : stored.place);
  };
  for (const tensor of body.initializer ?? []) see(tensor.name, { place: tensor, tensor });
  for (const node of body.node) {
    const tensor = valueOfConstant(node);
    if (tensor !== undefined) see(node.output[0] ?? '', { place: node, tensor });
  }
  if (gone.size === 0) return;
  body.node = body.node.filter((node) => !gone.has(node));
  if (body.initializer !== undefined)
    body.initializer = body.initializer.filter((tensor) => !gone.has(tensor));
}

const isLarge = ({ dataType, dims }: TensorProto): boolean =>
  bytesOfType(
    dataType,
    dims.reduce((product, size) => product * Number(size), 1),
  ) >= largeBytes;
