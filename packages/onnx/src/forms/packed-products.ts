import type { WeightSite } from '../describe/weight-site.js';
import { makeAttribute } from '../graph/make-node.js';
import { copyMessage, type GraphProto, type NodeProto } from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';
import type { Fragment } from './fragment.js';
import type { Replacement } from './packed-form.js';

/** An operator of the runtime that multiplies by a packed matrix. */
interface PackedProduct {
  readonly op: string;
  /** Names of what it takes behind the first factor. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, number>>;
  /** Which input is its bias of one number a column, if it takes one. */
  readonly biasAt?: number;
}

/** What the products with a weight become, and the casts in front of them that have no use any more. */
export function packedProducts(
  to: Fragment,
  { uses, source }: WeightSite,
  casts: readonly NodeProto[],
  product: PackedProduct,
): Replacement['nodes'] {
  return new Map([
    ...uses.map(({ node }) => [node, productOf(to, node, product, source.graph)] as const),
    ...casts.map((node) => [node, []] as const),
  ]);
}

/** What a product becomes: the bias of a `Gemm` is the operator's own where it takes such a one, else added. */
function productOf(
  to: Fragment,
  node: NodeProto,
  { op, inputs, attributes, biasAt }: PackedProduct,
  graph: GraphProto,
): readonly NodeProto[] {
  const [factor = '', , bias = ''] = node.input;
  const taken = [factor, ...inputs];
  const own = biasAt !== undefined && bias !== '' && isVector(bias, attributes['N'] as number, graph);
  const input = own ? [...taken, ...new Array<string>(biasAt - taken.length).fill(''), bias] : taken;
  const attribute = Object.entries(attributes).map(([name, value]) => makeAttribute(name, value));
  const multiplies = { opType: op, domain: runtimeDomain.name, input, attribute };
  if (own || bias === '') return [copyMessage(node, multiplies)];
  const [output = ''] = node.output;
  to.rename(to.node('Add', [to.node(op, input, attributes, runtimeDomain.name), bias]), output, node);
  return to.take();
}

/** Whether a name is a constant of the graph with so many numbers and one axis. */
const isVector = (name: string, length: number, { initializer }: GraphProto): boolean =>
  initializer.some(
    (tensor) => tensor.name === name && tensor.dims.length === 1 && Number(tensor.dims[0]) === length,
  );

/** The transpose of a matrix of so many rows. */
export function transposed<T extends Uint8Array | Uint16Array | Float32Array>(values: T, rows: number): T {
  const result = values.slice() as T;
  for (let row = 0, from = 0; row < rows; row++) {
    for (let to = row; to < result.length; to += rows) result[to] = values[from++] as number;
  }
  return result;
}
