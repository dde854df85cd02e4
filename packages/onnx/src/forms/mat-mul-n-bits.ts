import type { QuantizedTensor } from '@lowbit/core';
import type { ZeroPointForm } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { makeAttribute } from '../graph/make-node.js';
import { multiplied, productsUnfit } from './multiplied.js';
import { addScales, packedParameters } from './packed-parameters.js';
import { copyMessage, DataType, type GraphProto, type NodeProto } from '../schema/proto.js';
import { matMulNBitsFits } from '../target/packed-operators.js';
import { runtimeDomain } from '../target/versions.js';
import type { Target } from '../target/target.js';
import { centredCodes } from './centred-codes.js';
import type { Fragment } from './fragment.js';
import { groupLayout, type PackedBits, packGroups, packZeroPoints } from './group-layout.js';
import { type FormSample, type PackedForm, type Replacement, takesGroups } from './packed-form.js';

/** Products with packed groups: `com.microsoft.MatMulNBits`. */
export const matMulNBits: PackedForm = {
  name: 'MatMulNBits',
  kept: ({ runtime }) =>
    runtime?.provider === 'webgpu'
      ? 'stays packed in memory and is multiplied as it is'
      : 'stays packed in memory and is multiplied as it is, which takes longer than floats on WebAssembly',
  takes(site, target) {
    const taken = multiplied(site);
    if (taken === undefined) return undefined;
    const { along, type } = taken;
    const fits = (bits: number, group: number, length: number) =>
      matMulNBitsFits(bits, group, length, target, { type });
    return takesGroups(site, { along, fits });
  },
  refusal: productsUnfit,
  pack: multiplyPacked,
  samples: [
    sample({ bits: 4, granularity: 'group:32', inputs: { x: [3, 80], w: [80, 24] } }),
    sample({ bits: 8, granularity: 'group:16', inputs: { x: [3, 64], w: [64, 24] } }),
    sample({ bits: 2, granularity: 'group:64', inputs: { x: [3, 256], w: [256, 24] } }),
    {
      operator: 'Gemm',
      attributes: { transB: 1 },
      inputs: { x: [3, 64], w: [24, 64] },
      output: [3, 24],
      bits: 4,
      granularity: 'group:16',
    },
    {
      operator: 'FusedMatMul',
      attributes: { transB: 1 },
      inputs: { x: [3, 64], w: [24, 64] },
      output: [3, 24],
      bits: 4,
      granularity: 'group:16',
    },
    {
      operator: 'Einsum',
      attributes: { equation: 'bsd,dh->bsh' },
      inputs: { x: [2, 3, 64], w: [64, 24] },
      output: [2, 3, 24],
      bits: 4,
      granularity: 'group:32',
    },
  ],
};

function sample(parts: Pick<FormSample, 'bits' | 'granularity' | 'inputs'>): FormSample {
  return { operator: 'MatMul', output: [3, 24], ...parts };
}

/**
 * Every product that the weight feeds becomes `com.microsoft.MatMulNBits` with the
 * same name and outputs. Returns what each node becomes, or `undefined` when the operator does not fit: it takes a
 * matrix as second factor, groups along the axis that products run along, and integer zero points, which are left out where
 * all can be its default. Scales have the type in which products take the matrix.
 */
function multiplyPacked(
  to: Fragment,
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
): Replacement | undefined {
  const { shape, slicing, bits } = tensor;
  const taken = multiplied(site);
  if (taken === undefined || slicing === 'tensor' || !('along' in slicing)) return undefined;
  const { along, type, casts } = taken;
  if (slicing.along !== along) return undefined;
  const [rows, columns] = [shape[along], shape[1 - along]] as [number, number];
  const parameters = packedParameters(tensor, type);
  if (parameters === undefined) return undefined;
  const { exact, stored } = parameters;
  const centred = centredCodes(tensor, exact, bits);
  const zeroPoints = centred === undefined;
  if (!matMulNBitsFits(bits, slicing.group, rows, target, { zeroPoints, type })) return undefined;
  const layout = groupLayout([rows, columns], slicing.group, bits as PackedBits);
  const { groups } = layout;
  const form = along === 0 ? (centred ?? exact) : byRows(centred ?? exact, columns);
  const inputs = [
    to.constant('codes', DataType.UINT8, [columns, groups, layout.bytesPerGroup], packGroups(form, layout)),
    addScales(to, transposed(form.scale, groups), [columns * groups], type, tensor),
  ];
  if (centred === undefined) {
    const zeros = packZeroPoints(form, layout);
    inputs.push(to.constant('zero', DataType.UINT8, [zeros.length], zeros));
  }
  const attributes = { K: rows, N: columns, bits, block_size: slicing.group };
  const product = (node: NodeProto) => productOf(to, node, inputs, attributes, site.source.graph);
  const nodes = new Map([
    ...site.uses.map(({ node }) => [node, product(node)] as const),
    ...casts.map((node) => [node, []] as const),
  ]);
  return { form: 'MatMulNBits', storedBits: bits, nodes, stored, type };
}

/** What a product becomes: the bias of a `Gemm` is the operator's own where it is one number a column, else added. */
function productOf(
  to: Fragment,
  node: NodeProto,
  packed: readonly string[],
  attributes: Readonly<Record<string, number>>,
  graph: GraphProto,
): readonly NodeProto[] {
  const [factor = '', , bias = ''] = node.input;
  const own = bias !== '' && isVector(bias, attributes['N'] as number, graph);
  const input = own
    ? [factor, ...packed, ...(packed.length === 3 ? [''] : ['', '']), bias]
    : [factor, ...packed];
  const attribute = Object.entries(attributes).map(([name, value]) => makeAttribute(name, value));
  const multiplies = { opType: 'MatMulNBits', domain: runtimeDomain.name, input, attribute };
  if (own || bias === '') return [copyMessage(node, multiplies)];
  const [output = ''] = node.output;
  to.rename(
    to.node('Add', [to.node('MatMulNBits', input, attributes, runtimeDomain.name), bias]),
    output,
    node,
  );
  return to.take();
}

/** Whether a name is a constant of the graph with so many numbers and one axis. */
const isVector = (name: string, length: number, { initializer }: GraphProto): boolean =>
  initializer.some(
    (tensor) => tensor.name === name && tensor.dims.length === 1 && Number(tensor.dims[0]) === length,
  );

/** Codes and parameters of a matrix of so many columns, [columns, rows], as those of [rows, columns]. */
const byRows = ({ codes, scale, zeroPoints }: ZeroPointForm, columns: number): ZeroPointForm => ({
  codes: transposed(codes, columns),
  scale: transposed(scale, columns),
  zeroPoints: transposed(zeroPoints, columns),
});

/** The transpose of a matrix of so many rows. */
function transposed<T extends Uint8Array | Uint16Array | Float32Array>(values: T, rows: number): T {
  const result = values.slice() as T;
  for (let row = 0, from = 0; row < rows; row++) {
    for (let to = row; to < result.length; to += rows) result[to] = values[from++] as number;
  }
  return result;
}
