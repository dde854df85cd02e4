import {
  type AttributeProto,
  createTensor,
  DataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from '../schema/proto.js';
import { type Definition, isStandard } from './scope.js';

/** A constant tensor in the file: an initializer, or the value of a `Constant` node. */
export interface ConstantSource {
  readonly kind: 'initializer' | 'constant-node';
  /** The graph or subgraph that holds it. */
  readonly graph: GraphProto;
  /** Name of the value that it defines. */
  readonly name: string;
  readonly tensor: TensorProto;
  /** The `Constant` node, when there is one. */
  readonly node?: NodeProto;
}

/**
 * The constant that a definition is: an initializer or the value of a `Constant` node; `undefined` for anything
 * that is computed or given, for text and for sparse tensors.
 */
export function constantSource(definition: Definition): ConstantSource | undefined {
  const { scope, name } = definition;
  const { graph } = scope;
  if (definition.kind === 'initializer')
    return { kind: 'initializer', graph, name, tensor: definition.tensor };
  if (definition.kind !== 'node') return undefined;
  const tensor = valueOfConstant(definition.node);
  return tensor && { kind: 'constant-node', graph, name, tensor, node: definition.node };
}

/** The value of a node that is a `Constant`; numbers that it holds as plain attributes become a tensor. */
export function valueOfConstant(node: NodeProto): TensorProto | undefined {
  if (!isStandard(node, 'Constant')) return undefined;
  const attribute = node.attribute[0];
  if (attribute === undefined || attribute.refAttrName !== '') return undefined;
  return attribute.t ?? valueReaders.get(attribute.name)?.(attribute);
}

const valueReaders = new Map<string, (attribute: AttributeProto) => TensorProto>([
  ['value_int', ({ i }) => createTensor({ dataType: DataType.INT64, int64Data: [i] })],
  [
    'value_ints',
    ({ ints }) => createTensor({ dataType: DataType.INT64, dims: [BigInt(ints.length)], int64Data: ints }),
  ],
  ['value_float', ({ f }) => createTensor({ dataType: DataType.FLOAT, floatData: [f] })],
  [
    'value_floats',
    ({ floats }) =>
      createTensor({ dataType: DataType.FLOAT, dims: [BigInt(floats.length)], floatData: floats }),
  ],
]);
