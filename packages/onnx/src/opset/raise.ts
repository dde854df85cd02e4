import type { EditableGraph } from '../graph/editable-graph.js';
import { domainName, standardDomain, type OnnxModel } from '../model/model.js';
import { subgraphsOf } from '../model/subgraphs.js';
import {
  type AttributeProto,
  createOperatorSet,
  DataType,
  type GraphProto,
  type NodeProto,
} from '../schema/proto.js';
import { dynamicOpset, oldestOpset } from '../target/versions.js';
import { changesOf, convert, makesFloatInputs } from './converters.js';

/**
 * Why a model cannot be raised to a higher opset without a change of meaning; `undefined` when it can, or need not.
 *
 * @param needed `integerOpset` or {@link dynamicOpset}.
 */
export function opsetRefusal(model: OnnxModel, needed: number): string | undefined {
  const { opset, proto } = model;
  if (opset >= needed) return undefined;
  const missing = needed === dynamicOpset ? 'DynamicQuantizeLinear' : 'integer operators';
  const old = `computed in floats: the operator set ${opset} has no ${missing} (which came with ${needed})`;
  if (opset < oldestOpset) return old;
  const graph = proto.graph as GraphProto;
  const obstacle = graph.node.find((node) => !keepsMeaning(node, opset, needed));
  if (obstacle !== undefined) return `${old}, and ${obstacle.opType} means something else at ${needed}`;
  if (proto.functions.length > 0) return `${old}, and the model has functions`;
  const unknown = hasOtherFloats(graph)
    ? graph.node.find((node) => makesFloatInputs(node, needed))
    : undefined;
  return unknown === undefined ? undefined : `${old}, and the type that ${unknown.opType} takes is not known`;
}

function keepsMeaning(node: NodeProto, opset: number, needed: number): boolean {
  if (subgraphsOf(node).length > 0) return false;
  return !changesOf(node, needed).some(({ since, differs }) => opset < since && differs?.(node) === true);
}

/** Floats that an input of type FLOAT could not stand beside. */
const otherFloats: ReadonlySet<number> = new Set([DataType.FLOAT16, DataType.DOUBLE, DataType.BFLOAT16]);

function hasOtherFloats({ input, initializer, node }: GraphProto): boolean {
  return (
    input.some(
      ({ type }) => type?.value.case === 'tensorType' && otherFloats.has(type.value.value.elemType),
    ) ||
    initializer.some(({ dataType }) => otherFloats.has(dataType)) ||
    node.some(({ attribute }) => attribute.some((one) => otherFloats.has(typeIn(one))))
  );
}

/** The type of values that an attribute holds or asks for; 0 for others. */
const typeIn = ({ name, i, t }: AttributeProto): number =>
  t?.dataType ?? (name === 'to' || name === 'dtype' ? Number(i) : 0);

/** Raises a model that {@link opsetRefusal} allows to an opset, in place. */
export function raiseOpset(model: OnnxModel, graph: EditableGraph, needed: number): OnnxModel {
  if (model.opset >= needed) return model;
  for (const node of graph.nodes()) convert(node, graph, needed);
  const { proto } = model;
  proto.opsetImport = proto.opsetImport.map((set) =>
    domainName(set.domain) === standardDomain ? createOperatorSet(set.domain, needed) : set,
  );
  const domains = new Map([...model.domains, [standardDomain, needed] as const]);
  return { ...model, opset: needed, domains };
}
