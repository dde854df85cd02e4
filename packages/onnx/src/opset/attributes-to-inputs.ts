import { attributeOf } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { isStandard } from '../graph/scope.js';
import { type AttributeProto, DataType, type GraphProto, type NodeProto } from '../schema/proto.js';

/** An operator whose attributes became inputs, from the second on. */
interface Moved {
  readonly since: number;
  readonly op: string;
  /** In the order of the inputs. */
  readonly attributes: readonly string[];
}

const moved: readonly Moved[] = [
  { since: 10, op: 'Slice', attributes: ['starts', 'ends', 'axes'] },
  { since: 11, op: 'Clip', attributes: ['min', 'max'] },
  { since: 11, op: 'Pad', attributes: ['pads', 'value'] },
];

/**
 * Makes inputs of the attributes that became such by an opset, in place; drops `spatial` of `BatchNormalization`, which went
 * with 9, and whose default is the meaning since.
 */
export function attributesToInputs(node: NodeProto, graph: EditableGraph, opset: number): void {
  if (isStandard(node, 'BatchNormalization')) drop(node, ['spatial']);
  const attributes = movedOf(node, opset);
  attributes.forEach((name, at) => {
    const attribute = attributeOf(node, name);
    if (attribute !== undefined) graph.setInput(node, at + 1, addValue(attribute, node, graph));
  });
  drop(node, attributes);
}

const movedOf = (node: NodeProto, opset: number): readonly string[] =>
  moved.find(({ since, op }) => since <= opset && isStandard(node, op))?.attributes ?? [];

function drop(node: NodeProto, names: readonly string[]): void {
  node.attribute = node.attribute.filter(({ name }) => !names.includes(name));
}

function addValue({ name, f, ints }: AttributeProto, node: NodeProto, graph: EditableGraph): string {
  const near = `${node.output[0] as string}_${name}`;
  if (ints.length > 0) return graph.addIntegers(near, ints);
  return graph.addConstant(near, { type: DataType.FLOAT, dims: [], values: Float32Array.of(f) });
}

/** Floats that an input of type FLOAT could not stand beside. */
const otherFloats: ReadonlySet<number> = new Set([DataType.FLOAT16, DataType.DOUBLE, DataType.BFLOAT16]);

/** The first node of which a float attribute becomes an input by an opset, in a graph whose floats are not all FLOAT. */
export function typesUnknown(graph: GraphProto, opset: number): NodeProto | undefined {
  if (!hasOtherFloats(graph)) return undefined;
  return graph.node.find((node) => {
    const names = movedOf(node, opset);
    return node.attribute.some(({ name, ints }) => names.includes(name) && ints.length === 0);
  });
}

function hasOtherFloats({ input, initializer, node }: GraphProto): boolean {
  const inputs = input.map(({ type }) => (type?.value.case === 'tensorType' ? type.value.value.elemType : 0));
  const constants = initializer.map(({ dataType }) => dataType);
  const made = node.flatMap(({ attribute }) =>
    attribute.map(({ name, i, t }) => t?.dataType ?? (['to', 'dtype'].includes(name) ? Number(i) : 0)),
  );
  return [...inputs, ...constants, ...made].some((type) => otherFloats.has(type));
}
