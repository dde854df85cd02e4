import type { WeightSite } from '../describe/weight-site.js';
import { operatorOf } from '../operators/operators.js';
import { countUses } from './used-only.js';
import { integerAttribute } from '../graph/attributes.js';
import { isStandard } from '../graph/scope.js';
import { DataType, type GraphProto, type NodeProto } from '../schema/proto.js';
import { isPackedFloat, type PackedFloat } from '../target/runs.js';

/** A matrix that products take as their second factor, and nothing else. */
export interface Multiplied {
  /** The axis that products run along. */
  readonly along: 0 | 1;
  /** The type that products take it in. */
  readonly type: PackedFloat;
  /** What makes that of the stored type, for the products alone. */
  readonly casts: readonly NodeProto[];
}

/** How products take a matrix, all the same way; `undefined` where `MatMulNBits` could not stand for all of them. */
export function multiplied({ source, shape, uses }: WeightSite): Multiplied | undefined {
  const { graph, name, tensor } = source;
  const [first] = uses;
  if (first === undefined || shape.length !== 2 || tensor.dims.length !== 2) return undefined;
  const casts = castsOf(name, graph);
  const names = casts.length === 0 ? [name] : casts.flatMap(({ output }) => output);
  const type = casts.length === 0 ? tensor.dataType : DataType.FLOAT;
  const along = productAxis(first.node);
  const isTaken = uses.every(
    ({ node, input, graph: own }) =>
      own === graph &&
      input === 1 &&
      isSecondFactor(node, names) &&
      productAxis(node) === along &&
      productUnfit(node) === undefined,
  );
  const isAlone =
    countUses(graph, name) === (casts.length || uses.length) &&
    names.reduce((sum, one) => sum + countUses(graph, one), 0) === uses.length &&
    graph.output.every((output) => output.name !== name && !names.includes(output.name));
  return isPackedFloat(type) && isTaken && isAlone ? { along, type, casts } : undefined;
}

/** What makes FLOAT of a constant of another type, where nothing else takes it. */
function castsOf(name: string, { node }: GraphProto): readonly NodeProto[] {
  const users = node.filter(({ input }) => input.includes(name));
  const isCast = (one: NodeProto) =>
    isStandard(one, 'Cast') && integerAttribute(one, 'to', 0) === DataType.FLOAT;
  return users.every(isCast) ? users : [];
}

const isSecondFactor = (node: NodeProto, names: readonly string[]): boolean =>
  operatorOf(node)?.product !== undefined &&
  node.input.every((input, at) => names.includes(input) === (at === 1));

const productAxis = (node: NodeProto): 0 | 1 => operatorOf(node)?.product?.along(node) ?? 0;

/** What `MatMulNBits` has not and a product needs, as the object of a sentence. */
const productUnfit = (node: NodeProto): string | undefined => operatorOf(node)?.product?.unfit?.(node);

/** Why products with a weight are not multiplied packed, where what one of them does besides is the cause, or that they do not have it alone. */
export function productsUnfit(site: WeightSite): string | undefined {
  const { uses, source } = site;
  const products = uses.filter(({ node, input }) => input === 1 && operatorOf(node)?.product !== undefined);
  for (const { node } of products) {
    const need = productUnfit(node);
    if (need !== undefined) return `MatMulNBits has no form of ${node.opType} with ${need}`;
  }
  const isMatrix = products.length > 0 && source.tensor.dims.length === 2 && site.shape.length === 2;
  const { graph, name } = source;
  const isShared = uses.length > 1 || countUses(graph, name) > 1;
  return isMatrix && isShared && multiplied(site) === undefined ? notAlone : undefined;
}

const notAlone =
  'MatMulNBits takes the place of products that have their second factor alone, all the same way round, and this matrix is taken otherwise too';
