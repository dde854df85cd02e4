import { attributeOf } from '../graph/attributes.js';
import { type AttributeProto, DataType, type NodeProto } from '../schema/proto.js';
import { type ConvertedGraph, type Converter, dropAttributes } from './converter.js';

/** What an attribute holds, which says what its input is: a list, a list of one, or a number of the type of the others. */
type Kind = 'integers' | 'integer' | 'floats' | 'float';

/** Attributes that became inputs, in the order of the inputs from the second on. */
export const attributeInputs: readonly Converter[] = [
  becameInputs('Reshape', 5, { shape: 'integers' }),
  becameInputs('Upsample', 9, { scales: 'floats' }),
  becameInputs('Slice', 10, { starts: 'integers', ends: 'integers', axes: 'integers' }),
  becameInputs('TopK', 10, { k: 'integer' }),
  becameInputs('Clip', 11, { min: 'float', max: 'float' }),
  becameInputs('Pad', 11, { pads: 'integers', value: 'float' }),
];

function becameInputs(op: string, since: number, kinds: Readonly<Record<string, Kind>>): Converter {
  const entries = Object.entries(kinds);
  return {
    op,
    since,
    unfit(node, graph) {
      const asks = entries.some(([name, kind]) => kind === 'float' && attributeOf(node, name) !== undefined);
      const known = !asks || graph.floatType(node.input[0] ?? '') !== undefined;
      return known ? undefined : 'the type of floats that it takes is not known';
    },
    convert(node, graph) {
      entries.forEach(([name, kind], at) => {
        const attribute = attributeOf(node, name);
        if (attribute !== undefined)
          graph.edit.setInput(node, at + 1, addValue(kind, attribute, node, graph));
      });
      dropAttributes(node, ...Object.keys(kinds));
    },
  };
}

function addValue(
  kind: Kind,
  { name, i, f, ints, floats }: AttributeProto,
  node: NodeProto,
  { edit, floatType }: ConvertedGraph,
): string {
  const near = `${node.output[0] as string}_${name}`;
  if (kind === 'integers') return edit.addIntegers(near, ints);
  if (kind === 'integer') return edit.addIntegers(near, [i]);
  if (kind === 'floats')
    return edit.addConstant(near, {
      type: DataType.FLOAT,
      dims: [floats.length],
      values: Float32Array.from(floats),
    });
  const type = floatType(node.input[0] ?? '') as DataType;
  return edit.addConstant(near, { type, dims: [], values: Float32Array.of(f) });
}
