import type { EditableGraph } from '../graph/editable-graph.js';
import { makeNode } from '../graph/make-node.js';
import { isStandard } from '../graph/scope.js';
import { isFlipped, isTurned } from '../operators/matrix.js';
import type { NodeProto } from '../schema/proto.js';
import type { FoldRule } from './fold-step.js';
import { factorOf, isOwnConstant, scaleConstant } from './unfused/own-constant.js';

/**
 * Writes alpha · A·B + beta · C as A·B + C: factors go into constant weights and biases, a transposed first factor becomes a node of its
 * own, and a bias that is one number becomes one a column.
 */
export const plainGemm: FoldRule = {
  name: 'plain gemm',
  apply(node, graph) {
    if (!isStandard(node, 'Gemm') || !isOwnConstant(node, 1, graph)) return undefined;
    const [, , bias = ''] = node.input;
    const [alpha, beta] = [factorOf(node, 'alpha'), bias === '' ? 1 : factorOf(node, 'beta')];
    if (beta !== 1 && !isOwnConstant(node, 2, graph))
      return { reason: 'its bias is computed, or others take it' };
    const columns = graph.constantType(node.input[1] ?? '')?.dims[isFlipped(node) ? 0 : 1] ?? 1;
    const spreads = columns > 1 && isOneNumber(bias, graph);
    if (alpha === 1 && beta === 1 && !isTurned(node) && !spreads) return undefined;
    if (alpha !== 1) scaleConstant(node, 1, alpha, graph);
    if (beta !== 1) scaleConstant(node, 2, beta, graph);
    if (spreads) spreadBias(node, columns, graph);
    if (isTurned(node)) turnFirst(node, graph);
    node.attribute = node.attribute.filter(({ name }) => !['alpha', 'beta', 'transA'].includes(name));
    return 'folded';
  },
};

const isOneNumber = (bias: string, graph: EditableGraph): boolean => {
  const type = graph.constantType(bias);
  return type !== undefined && type.dims.every((size) => size === 1) && graph.constant(bias) !== undefined;
};

function spreadBias(node: NodeProto, columns: number, graph: EditableGraph): void {
  const bias = node.input[2] as string;
  const value = graph.constant(bias);
  if (value === undefined) return;
  const values = new Float32Array(columns).fill(value.values[0] as number);
  graph.setInput(node, 2, graph.addConstant(`${bias}_spread`, { ...value, dims: [columns], values }));
}

function turnFirst(node: NodeProto, graph: EditableGraph): void {
  const [x = ''] = node.input;
  const turned = graph.newName(`${x}_turned`);
  const turn = makeNode({ op: 'Transpose', inputs: [x], outputs: [turned], attributes: { perm: [1, 0] } });
  graph.replace(node, [turn, node]);
  graph.setInput(node, 0, turned);
}
