import { attributeOf } from '../../graph/attributes.js';
import type { EditableGraph } from '../../graph/editable-graph.js';
import { makeNode } from '../../graph/make-node.js';
import { type NodeProto, textOf } from '../../schema/proto.js';
import { activationNode } from './activation.js';

/** `FusedConv` as a convolution, the sum with its fourth input, and its activation. */
export function unfusedConv(
  node: NodeProto,
  graph: EditableGraph,
  opset: number,
): readonly NodeProto[] | undefined {
  const [x = '', weight = '', bias = '', term = ''] = node.input;
  const output = node.output[0] as string;
  const op = textOf(attributeOf(node, 'activation')?.s ?? new Uint8Array());
  const numbers = attributeOf(node, 'activation_params')?.floats ?? [];
  const [sums, values] = [
    graph.newName(`${output}_sums`),
    op === '' ? output : graph.newName(`${output}_values`),
  ];
  const convolution = makeNode({
    op: 'Conv',
    inputs: bias === '' ? [x, weight] : [x, weight, bias],
    outputs: [term === '' ? values : sums],
  });
  convolution.attribute = node.attribute.filter(({ name }) => !name.startsWith('activation'));
  const sum = term === '' ? [] : [makeNode({ op: 'Add', inputs: [sums, term], outputs: [values] })];
  if (op === '') return [convolution, ...sum];
  const activation = activationNode(op, numbers, { from: values, to: output, opset }, graph);
  return activation && [convolution, ...sum, activation];
}
