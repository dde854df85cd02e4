import type { WeightSite } from '../describe/weight-site.js';
import { attributeOf, integerAttribute } from '../graph/attributes.js';
import { isStandard } from '../graph/scope.js';
import { usedOnly } from './used-only.js';
import type { NodeProto } from '../schema/proto.js';
import { isPackedFloat } from '../target/facts.js';

/**
 * The axis of a matrix that products run along, where it is the second factor of `MatMul` and `Gemm` nodes that take it the
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
    gemmUnfit(node) === undefined;
  return isPackedFloat(source.tensor.dataType) && usedOnly(site, takes) ? axis : undefined;
}

const isProduct = (node: NodeProto): boolean => isStandard(node, 'MatMul') || isStandard(node, 'Gemm');

const isSecondFactor = (node: NodeProto, name: string): boolean =>
  isProduct(node) && node.input.every((input, at) => input !== name || at === 1);

const productAxis = (node: NodeProto): 0 | 1 =>
  isStandard(node, 'Gemm') && integerAttribute(node, 'transB', 0) !== 0 ? 1 : 0;

/** What `MatMulNBits` has not and a `Gemm` needs, as the object of a sentence. */
function gemmUnfit(node: NodeProto): string | undefined {
  if (!isStandard(node, 'Gemm')) return undefined;
  if (integerAttribute(node, 'transA', 0) !== 0) return 'transA';
  const factor = (name: string) => attributeOf(node, name)?.f ?? 1;
  if (factor('alpha') !== 1) return `alpha ${factor('alpha')}`;
  return node.input[2] && factor('beta') !== 1 ? `beta ${factor('beta')}` : undefined;
}

/** Why products with a weight are not multiplied packed, where a `Gemm` among them is the cause. */
export function productsUnfit({ uses }: WeightSite): string | undefined {
  const needs = uses.map(({ node, input }) => (input === 1 ? gemmUnfit(node) : undefined));
  const need = needs.find((one) => one !== undefined);
  return need === undefined ? undefined : `MatMulNBits has no form of a Gemm with ${need}`;
}
