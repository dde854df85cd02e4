import { attributeOf, integerAttribute } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { isStandard } from '../graph/scope.js';
import { type AttributeProto, DataType, type NodeProto } from '../schema/proto.js';

/** What a version of the standard operators changed in one of them. */
interface Converter {
  readonly op: string;
  readonly since: number;
  /** Which nodes mean something else from then on, which nothing makes up for; absent: none. */
  differs?(node: NodeProto): boolean;
  /** Attributes that became inputs, in the order of the inputs from the second on. */
  readonly inputs?: readonly string[];
  /** Attributes that went, whose default is the meaning from then on. */
  readonly dropped?: readonly string[];
}

const all = () => true;

/** Between the oldest operator set that is rewritten and the newest that a file is raised to. `Dropout` differs in its mask alone. */
const converters: readonly Converter[] = [
  {
    op: 'BatchNormalization',
    since: 9,
    differs: (node) => integerAttribute(node, 'spatial', 1) === 0,
    dropped: ['spatial'],
  },
  { op: 'Upsample', since: 9, differs: all },
  { op: 'Dropout', since: 10, differs: ({ output }) => output.length > 1 },
  { op: 'Slice', since: 10, inputs: ['starts', 'ends', 'axes'] },
  { op: 'TopK', since: 10, differs: all },
  { op: 'Upsample', since: 10, differs: all },
  { op: 'Clip', since: 11, inputs: ['min', 'max'] },
  { op: 'Pad', since: 11, inputs: ['pads', 'value'] },
  { op: 'Resize', since: 11, differs: all },
  { op: 'Scatter', since: 11, differs: all },
];

const byOperator = new Map(converters.map(({ op }) => [op, converters.filter((one) => one.op === op)]));

/** What versions up to `opset` changed in the operator of a node, the oldest first. */
export const changesOf = (node: NodeProto, opset: number): readonly Converter[] =>
  byOperator.get(node.opType)?.filter(({ since, op }) => since <= opset && isStandard(node, op)) ?? none;

/** Most operators are as they were, and all nodes of a model are asked. */
const none: readonly Converter[] = [];

/** Writes a node, in place, as the version of the operator that an opset has. */
export function convert(node: NodeProto, graph: EditableGraph, opset: number): void {
  for (const { inputs = [], dropped = [] } of changesOf(node, opset)) {
    inputs.forEach((name, at) => {
      const attribute = attributeOf(node, name);
      if (attribute !== undefined) graph.setInput(node, at + 1, addValue(attribute, node, graph));
    });
    node.attribute = node.attribute.filter(({ name }) => !inputs.includes(name) && !dropped.includes(name));
  }
}

function addValue({ name, f, ints }: AttributeProto, node: NodeProto, graph: EditableGraph): string {
  const near = `${node.output[0] as string}_${name}`;
  if (ints.length > 0) return graph.addIntegers(near, ints);
  return graph.addConstant(near, { type: DataType.FLOAT, dims: [], values: Float32Array.of(f) });
}

/** Whether a float attribute of a node becomes an input by an opset, so that it needs the type of the others. */
export const makesFloatInputs = (node: NodeProto, opset: number): boolean =>
  changesOf(node, opset).some(({ inputs = [] }) =>
    node.attribute.some(({ name, ints }) => inputs.includes(name) && ints.length === 0),
  );
