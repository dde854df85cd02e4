import { attributeOf } from '../describe/attributes.js';
import { domainName, standardDomain, type OnnxModel } from '../read/model.js';
import { subgraphsOf } from '../read/subgraphs.js';
import { createOperatorSet, type GraphProto, type NodeProto } from '../schema/proto.js';
import type { EditableGraph } from '../fold/editable-graph.js';

/** The version of the standard operators that integer operators came with. */
export const integerOpset = 10;
/** The version that `DynamicQuantizeLinear` came with. */
export const dynamicOpset = 11;
/** From here on no operator but these means something else at opset 10. */
const lowestRaised = 9;

/** Operators that opset 10 changed in form or meaning. `Slice` is rewritten; `Dropout` differs in its mask alone. */
const changed = new Set(['TopK', 'Upsample']);

/**
 * Why a model cannot be raised to opset 10 without a change of meaning; `undefined` when it can, or need not.
 *
 * @param needed The version that is wanted: 10 or, for dynamic quantization, 11, which nothing is raised to.
 */
export function opsetRefusal(model: OnnxModel, needed: number): string | undefined {
  const { opset, proto } = model;
  if (opset >= needed) return undefined;
  const old = `computed in floats: the operator set ${opset} has no integer operators`;
  if (needed !== integerOpset || opset < lowestRaised) return `${old} (they came with ${needed})`;
  const graph = proto.graph as GraphProto;
  const obstacle = graph.node.find((node) => !keepsMeaning(node));
  if (obstacle !== undefined) return `${old}, and ${obstacle.opType} means something else at ${needed}`;
  return proto.functions.length > 0 ? `${old}, and the model has functions` : undefined;
}

function keepsMeaning(node: NodeProto): boolean {
  if (subgraphsOf(node).length > 0) return false;
  if (domainName(node.domain) !== standardDomain) return true;
  return !changed.has(node.opType) && !(node.opType === 'Dropout' && node.output.length > 1);
}

/** Raises a model that {@link opsetRefusal} allows to opset 10; `Slice` gets its bounds as inputs. */
export function raiseOpset(model: OnnxModel, graph: EditableGraph): OnnxModel {
  if (model.opset >= integerOpset) return model;
  for (const node of graph.nodes()) if (node.opType === 'Slice') boundsToInputs(node, graph);
  const { proto } = model;
  proto.opsetImport = proto.opsetImport.map((set) =>
    domainName(set.domain) === standardDomain ? createOperatorSet(set.domain, integerOpset) : set,
  );
  const domains = new Map([...model.domains, [standardDomain, integerOpset] as const]);
  return { ...model, opset: integerOpset, domains };
}

function boundsToInputs(node: NodeProto, graph: EditableGraph): void {
  const near = `${node.output[0] as string}_`;
  const names = ['starts', 'ends', 'axes'];
  names.forEach((name, index) => {
    const values = attributeOf(node, name)?.ints;
    if (values !== undefined) graph.setInput(node, index + 1, graph.addIntegers(`${near}${name}`, values));
  });
  node.attribute = node.attribute.filter(({ name }) => !names.includes(name));
}
