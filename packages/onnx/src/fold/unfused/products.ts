import { attributeOf } from '../../graph/attributes.js';
import type { EditableGraph } from '../../graph/editable-graph.js';
import { makeNode } from '../../graph/make-node.js';
import { isFlipped, isSet, isTurned } from '../../operators/matrix.js';
import { DataType, type NodeProto, textOf } from '../../schema/proto.js';
import { runtimeDomain } from '../../target/versions.js';
import { factorOf, isOwnConstant, scaleConstant } from './own-constant.js';
import { activationNode } from './activation.js';

/** `FusedGemm` as `Gemm` and its activation. */
export function unfusedGemm(
  node: NodeProto,
  graph: EditableGraph,
  opset: number,
): readonly NodeProto[] | undefined {
  const output = node.output[0] as string;
  const values = graph.newName(`${output}_values`);
  const gemm = makeNode({ op: 'Gemm', inputs: node.input, outputs: [values] });
  gemm.attribute = node.attribute.filter(({ name }) => !name.startsWith('activation'));
  const op = textOf(attributeOf(node, 'activation')?.s ?? new Uint8Array());
  const numbers = ['alpha', 'beta'].flatMap((name) => attributeOf(node, `activation_${name}`)?.f ?? []);
  const activation = activationNode(op, numbers, { from: values, to: output, opset }, graph);
  return activation && [gemm, activation];
}

/** `GemmFastGelu` as a product and `FastGelu`, which adds the bias. */
export function unfusedGemmFastGelu(node: NodeProto, graph: EditableGraph): readonly NodeProto[] {
  const [x = '', weight = '', bias = ''] = node.input;
  const values = graph.newName(`${node.output[0] as string}_values`);
  return [
    makeNode({ op: 'MatMul', inputs: [x, weight], outputs: [values] }),
    makeNode({
      op: 'FastGelu',
      domain: runtimeDomain.name,
      inputs: bias === '' ? [values] : [values, bias],
      outputs: node.output,
    }),
  ];
}

/**
 * `FusedMatMul` as a product with a constant matrix: alpha goes into the matrix where that is the node's own, else it becomes a node, and a
 * transposed matrix is made by one. `undefined` where the first factor is transposed, or batches are.
 */
export function unfusedMatMul(node: NodeProto, graph: EditableGraph): readonly NodeProto[] | undefined {
  const [x = '', weight = ''] = node.input;
  const type = graph.constantType(weight);
  const moves = isTurned(node) || isSet(node, 'transBatchA') || isSet(node, 'transBatchB');
  if (moves || type?.dims.length !== 2) return undefined;
  const alpha = factorOf(node, 'alpha');
  const isScaled = alpha !== 1 && isOwnConstant(node, 1, graph);
  if (isScaled) scaleConstant(node, 1, alpha, graph);
  const matrix = node.input[1] as string;
  const turned = isFlipped(node) ? graph.newName(`${weight}_turned`) : matrix;
  const output = node.output[0] as string;
  const scales = alpha !== 1 && !isScaled;
  const values = scales ? graph.newName(`${output}_values`) : output;
  const nodes = [makeNode({ op: 'MatMul', inputs: [x, turned], outputs: [values] })];
  if (isFlipped(node))
    nodes.unshift(
      makeNode({ op: 'Transpose', inputs: [matrix], outputs: [turned], attributes: { perm: [1, 0] } }),
    );
  if (scales) {
    const of = type.type === DataType.FLOAT16 ? DataType.FLOAT16 : DataType.FLOAT;
    const by = graph.addConstant(`${output}_alpha`, { type: of, dims: [], values: [alpha] });
    nodes.push(makeNode({ op: 'Mul', inputs: [values, by], outputs: [output] }));
  }
  return nodes;
}
