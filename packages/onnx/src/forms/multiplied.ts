import type { WeightSite } from '../describe/weight-site.js';
import { operatorOf } from '../operators/operators.js';
import { usedOnly } from './used-only.js';
import type { NodeProto } from '../schema/proto.js';
import { isPackedFloat } from '../target/runs.js';

/**
 * The axis of a matrix that products run along, where it is the second factor of products that take it the
 * same way, and nothing else; `undefined` where `MatMulNBits` could not stand for all of them.
 */
export function multipliedAlong(site: WeightSite): 0 | 1 | undefined {
  const { source, shape, uses } = site;
  const [first] = uses;
  if (first === undefined || shape.length !== 2 || source.tensor.dims.length !== 2) return undefined;
  const axis = productAxis(first.node);
  const takes = ({ node, input }: { readonly node: NodeProto; readonly input: number }) =>
    input === 1 &&
    isSecondFactor(node, source.name) &&
    productAxis(node) === axis &&
    productUnfit(node) === undefined;
  return isPackedFloat(source.tensor.dataType) && usedOnly(site, takes) ? axis : undefined;
}

const isSecondFactor = (node: NodeProto, name: string): boolean =>
  operatorOf(node)?.product !== undefined && node.input.every((input, at) => input !== name || at === 1);

const productAxis = (node: NodeProto): 0 | 1 => operatorOf(node)?.product?.along(node) ?? 0;

/** What `MatMulNBits` has not and a product needs, as the object of a sentence. */
const productUnfit = (node: NodeProto): string | undefined => operatorOf(node)?.product?.unfit?.(node);

/** Why products with a weight are not multiplied packed, where what one of them does besides is the cause. */
export function productsUnfit({ uses }: WeightSite): string | undefined {
  const needs = uses.flatMap(({ node, input }) => {
    const need = input === 1 ? productUnfit(node) : undefined;
    return need === undefined ? [] : `MatMulNBits has no form of ${node.opType} with ${need}`;
  });
  return needs[0];
}
