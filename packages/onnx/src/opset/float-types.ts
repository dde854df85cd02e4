import { attributeOf } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { isFloatType } from '../model/data-types.js';
import { subgraphsOf } from '../model/subgraphs.js';
import { type AttributeProto, DataType, type GraphProto, type ModelProto } from '../schema/proto.js';

/** The type of floats that a value holds, of those that constants can be written in. */
export type FloatTypes = (name: string) => DataType | undefined;

const written: ReadonlySet<number> = new Set([DataType.FLOAT, DataType.FLOAT16]);

/** How far a value is followed back to one whose type the file tells. */
const farthest = 64;

/** Types of the values of a graph: FLOAT where a model knows no other floats, otherwise as far as the file tells. */
export function floatTypesOf(graph: GraphProto, edit: EditableGraph, onlyFloat: boolean): FloatTypes {
  if (onlyFloat) return () => DataType.FLOAT;
  const declared = new Map(
    [...graph.input, ...graph.valueInfo, ...graph.output].flatMap(({ name, type }) =>
      type?.value.case === 'tensorType' ? [[name, type.value.value.elemType] as const] : [],
    ),
  );
  const typeOf = (name: string, steps: number): number | undefined => {
    const known = edit.constantType(name)?.type ?? declared.get(name);
    const maker = known === undefined ? edit.producer(name) : undefined;
    if (maker === undefined || steps === 0) return known;
    const stated = attributeOf(maker, 'to') ?? attributeOf(maker, 'dtype');
    return stated === undefined ? typeOf(maker.input[0] ?? '', steps - 1) : Number(stated.i);
  };
  return (name) => {
    const type = typeOf(name, farthest);
    return type !== undefined && written.has(type) ? type : undefined;
  };
}

/** Whether a model holds floats that a constant of type FLOAT could not stand beside. */
export function hasOtherFloats({ graph, functions }: ModelProto): boolean {
  const isOther = (type: number) => type !== DataType.FLOAT && isFloatType(type);
  const inNodes = (nodes: GraphProto['node']): boolean =>
    nodes.some(
      (node) =>
        node.attribute.some((one) => isOther(typeIn(one))) ||
        subgraphsOf(node).some(({ graph: inner }) => inGraph(inner)),
    );
  const inGraph = ({ input, initializer, node }: GraphProto): boolean =>
    input.some(({ type }) => type?.value.case === 'tensorType' && isOther(type.value.value.elemType)) ||
    initializer.some(({ dataType }) => isOther(dataType)) ||
    inNodes(node);
  return inGraph(graph as GraphProto) || functions.some(({ node }) => inNodes(node));
}

/** The type of values that an attribute holds or asks for; 0 for others. */
const typeIn = ({ name, i, t }: AttributeProto): number =>
  t?.dataType ?? (name === 'to' || name === 'dtype' ? Number(i) : 0);
