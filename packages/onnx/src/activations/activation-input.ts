import type { DescribedLayer } from '../describe/described-layer.js';
import { operatorOf } from '../operators/operators.js';
import { useOf } from '../describe/use-of.js';
import type { WeightSite } from '../describe/weight-site.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { whereSince } from '../target/versions.js';
import { DataType, type NodeProto } from '../schema/proto.js';

/** An operator in front of which an activation can be quantized. */
export interface ActivationInput {
  readonly node: NodeProto;
  readonly weight: WeightSite;
  /** Index of the node's input that is the activation. */
  readonly index: 0 | 1;
  /** Name of the activation. */
  readonly tensor: string;
  /** Whether the weight's constant feeds the node itself, so that its dimensions are those that the node sees. */
  readonly isDirect: boolean;
}

/** Where the activation of a layer is quantized, or why it is not. */
export function activationInput(
  { op, node, weights: [weight] }: DescribedLayer,
  graph: EditableGraph,
  opset: number,
): ActivationInput | string {
  if (opset < whereSince) return `the operator set ${opset} has no Where (it came with ${whereSince})`;
  if (operatorOf(node)?.activation === undefined)
    return `activations are quantized in front of Conv, Gemm and MatMul, not of ${op}`;
  if (graph.producer(node.output[0] ?? '') !== node) return 'the operator is inside a subgraph or function';
  if (weight === undefined) return 'the operator has no weight that can be quantized';
  if (weight.source.tensor.dataType !== DataType.FLOAT) return 'the weight is not of type FLOAT';
  const use = useOf(weight, node);
  const index = use?.input === 0 ? 1 : 0;
  return { node, weight, index, tensor: node.input[index] as string, isDirect: use?.direct === true };
}
