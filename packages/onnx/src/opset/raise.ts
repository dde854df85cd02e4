import { integerAttribute } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { attributesToInputs, typesUnknown } from './attributes-to-inputs.js';
import { domainName, type OnnxModel, standardDomain } from '../model/model.js';
import { subgraphsOf } from '../model/subgraphs.js';
import { createOperatorSet, type GraphProto, type NodeProto } from '../schema/proto.js';
import { oldestOpset } from '../target/facts.js';

/** The version of the standard operators that integer operators came with. */
export const integerOpset = 10;
/** The version that `DynamicQuantizeLinear` came with. */
export const dynamicOpset = 11;

/** An operator that a version took away, or changed in a way that its attributes cannot make up for. */
interface Change {
  readonly since: number;
  readonly op: string;
  /** Which of its nodes are concerned; absent: all. */
  concerns?(node: NodeProto): boolean;
}

/** Between {@link oldestOpset} and {@link dynamicOpset}. `Dropout` differs in its mask alone. */
const changes: readonly Change[] = [
  {
    since: 9,
    op: 'BatchNormalization',
    concerns: (node) => integerAttribute(node, 'spatial', 1) === 0,
  },
  { since: 9, op: 'Upsample' },
  { since: 10, op: 'Upsample' },
  { since: 10, op: 'TopK' },
  { since: 10, op: 'Dropout', concerns: ({ output }) => output.length > 1 },
  { since: 11, op: 'Resize' },
  { since: 11, op: 'Scatter' },
];

/**
 * Why a model cannot be raised to a higher opset without a change of meaning; `undefined` when it can, or need not.
 *
 * @param needed {@link integerOpset} or {@link dynamicOpset}.
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
  const unknown = typesUnknown(graph, needed);
  return unknown === undefined ? undefined : `${old}, and the type that ${unknown.opType} takes is not known`;
}

function keepsMeaning(node: NodeProto, opset: number, needed: number): boolean {
  if (subgraphsOf(node).length > 0) return false;
  if (domainName(node.domain) !== standardDomain) return true;
  return !changes.some(
    ({ since, op, concerns }) =>
      op === node.opType && opset < since && since <= needed && (concerns?.(node) ?? true),
  );
}

/** Raises a model that {@link opsetRefusal} allows to an opset; what became inputs since becomes inputs. */
export function raiseOpset(model: OnnxModel, graph: EditableGraph, needed: number): OnnxModel {
  if (model.opset >= needed) return model;
  for (const node of graph.nodes()) attributesToInputs(node, graph, needed);
  const { proto } = model;
  proto.opsetImport = proto.opsetImport.map((set) =>
    domainName(set.domain) === standardDomain ? createOperatorSet(set.domain, needed) : set,
  );
  const domains = new Map([...model.domains, [standardDomain, needed] as const]);
  return { ...model, opset: needed, domains };
}
