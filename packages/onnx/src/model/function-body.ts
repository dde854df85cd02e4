import {
  createGraph,
  createValueInfo,
  DataType,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
} from '../schema/proto.js';
import { domainName, type OnnxModel, standardDomain } from './model.js';
import { subgraphsOf } from './subgraphs.js';

/** Where a function holds its body: beside its fields, which alone are copied and written. */
const body = Symbol.for('@lowbit/onnx: body of a function');
type WithBody = FunctionProto & { [body]?: GraphProto };

/**
 * The body of a model's own function as a graph without initializers. It shares its nodes with the function and is
 * the same object each time; after an edit, {@link writeBodies} brings its nodes back.
 */
export function bodyOf(fn: FunctionProto): GraphProto {
  const graph = heldBy(fn) ?? createGraph({ name: fn.name });
  Object.defineProperty(fn, body, { value: graph, enumerable: false, configurable: true });
  graph.node = fn.node;
  graph.input = fn.input.map((name) => createValueInfo(name, DataType.UNDEFINED));
  graph.output = fn.output.map((name) => createValueInfo(name, DataType.UNDEFINED));
  graph.valueInfo = fn.valueInfo;
  return graph;
}

const heldBy = (fn: WithBody): GraphProto | undefined => fn[body];

/** Puts the nodes of bodies that were edited into their functions. */
export function writeBodies({ functions }: ModelProto): void {
  for (const fn of functions) fn.node = heldBy(fn)?.node ?? fn.node;
}

/** The version of the standard operators that a function uses: its own, which may differ from the model's. */
export function opsetOf(fn: FunctionProto, model: Pick<OnnxModel, 'opset'>): number {
  const own = fn.opsetImport.find(({ domain }) => domainName(domain) === standardDomain);
  return own === undefined ? model.opset : Number(own.version);
}

/** The function that each graph inside a function's body belongs to. */
export function functionsByGraph({ functions }: ModelProto): Map<GraphProto, FunctionProto> {
  const owners = new Map<GraphProto, FunctionProto>();
  const add = (graph: GraphProto, fn: FunctionProto): void => {
    owners.set(graph, fn);
    for (const node of graph.node) for (const { graph: inner } of subgraphsOf(node)) add(inner, fn);
  };
  for (const fn of functions) add(heldBy(fn) ?? bodyOf(fn), fn);
  return owners;
}
