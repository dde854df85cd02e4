import type { ConstantSource } from '../graph/constant-source.js';
import { attributeOf } from '../graph/attributes.js';
import { makeAttribute } from '../graph/make-node.js';
import { isStandard } from '../graph/scope.js';
import { copyMessage, type NodeProto } from '../schema/proto.js';

/**
 * The `Transpose` nodes without `perm` that take a value (also through `Identity`), with their `perm` spelled out:
 * onnxruntime 1.30 fails to load one behind a `DequantizeLinear` with an axis.
 */
export function explicitTransposes({
  graph,
  name,
  tensor,
}: ConstantSource): ReadonlyMap<NodeProto, readonly NodeProto[]> {
  const same = new Set([name]);
  const explicit = new Map<NodeProto, readonly NodeProto[]>();
  const perm = tensor.dims.map((_, axis) => tensor.dims.length - 1 - axis);
  for (const node of graph.node) {
    if (!same.has(node.input[0] ?? '')) continue;
    if (isStandard(node, 'Identity')) same.add(node.output[0] ?? '');
    if (!isStandard(node, 'Transpose') || attributeOf(node, 'perm') !== undefined) continue;
    explicit.set(node, [copyMessage(node, { attribute: [...node.attribute, makeAttribute('perm', perm)] })]);
  }
  return explicit;
}
