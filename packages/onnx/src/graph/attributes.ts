import { clamped } from '../model/clamped.js';
import type { AttributeProto, NodeProto } from '../schema/proto.js';

export const attributeOf = (node: NodeProto, name: string): AttributeProto | undefined =>
  node.attribute.find((attribute) => attribute.name === name);

/** An integer to compute with, {@link clamped}. */
export function integerAttribute(node: NodeProto, name: string, fallback: number): number {
  const attribute = attributeOf(node, name);
  return attribute === undefined ? fallback : clamped(attribute.i);
}

/** Integers to compute with, {@link clamped}; what is written takes the attribute itself. */
export function integersAttribute(node: NodeProto, name: string): number[] | undefined {
  return attributeOf(node, name)?.ints.map(clamped);
}

/** Whether an attribute of a node inside a function is given by the function's caller. */
export const hasReferences = (node: NodeProto): boolean =>
  node.attribute.some(({ refAttrName }) => refAttrName !== '');
