import type { QuantizedTensor } from '@lowbit/core';
import { isStandard } from '../describe/scope.js';
import type { WeightSite, WeightUse } from '../describe/weight-site.js';
import { copyMessage, DataType, type NodeProto } from '../schema/proto.js';
import { isPackedFloat, matMulNBitsFits, runtimeDomain, type PackedFloat } from '../target/facts.js';
import type { Target } from '../target/target.js';
import { makeAttribute } from '../write/make-node.js';
import { centredCodes } from './centred-codes.js';
import type { Fragment } from './fragment.js';
import { groupLayout, packGroups, packZeroPoints, type PackedBits } from './group-layout.js';
import type { Replacement } from './lower.js';
import { addScales, packedParameters } from './packed-parameters.js';
import { usedOnly } from './used-only.js';

/**
 * Multiplies by packed groups: every `MatMul` that the weight feeds becomes `com.microsoft.MatMulNBits` with the
 * same name and outputs. Returns what each node becomes, or `undefined` when the operator does not fit: it takes a
 * matrix [rows, columns] as second factor, groups along the rows, and integer zero points, which are left out where
 * all can be its default. Scales have the type of the matrix.
 */
export function matMulNBits(
  to: Fragment,
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
): Replacement | undefined {
  const { shape, slicing, bits } = tensor;
  const rows = shape[0] as number;
  if (slicing === 'tensor' || !('along' in slicing) || slicing.along !== 0) return undefined;
  if (!feedsOnlyMatMul(site)) return undefined;
  const type = site.source.tensor.dataType as PackedFloat;
  const parameters = packedParameters(tensor, type);
  if (parameters === undefined) return undefined;
  const { exact, stored } = parameters;
  const centred = centredCodes(tensor, exact, bits);
  const zeroPoints = centred === undefined;
  if (!matMulNBitsFits(bits, slicing.group, rows, target, { zeroPoints, type })) return undefined;
  const layout = groupLayout(shape as readonly [number, number], slicing.group, bits as PackedBits);
  const { columns, groups } = layout;
  const form = centred ?? exact;
  const scales = transpose(form.scale, groups);
  const inputs = [
    to.constant('codes', DataType.UINT8, [columns, groups, layout.bytesPerGroup], packGroups(form, layout)),
    addScales(to, scales, [columns * groups], type, tensor),
  ];
  if (centred === undefined) {
    const zeros = packZeroPoints(exact, layout);
    inputs.push(to.constant('zero', DataType.UINT8, [zeros.length], zeros));
  }
  const attribute = Object.entries({ K: rows, N: columns, bits, block_size: slicing.group }).map(
    ([name, value]) => makeAttribute(name, value),
  );
  const replaced = (node: NodeProto) => {
    const input = [node.input[0] as string, ...inputs];
    return copyMessage(node, { opType: 'MatMulNBits', domain: runtimeDomain.name, input, attribute });
  };
  const nodes = new Map(site.uses.map(({ node }) => [node, [replaced(node)]]));
  return { form: 'MatMulNBits', storedBits: bits, nodes, stored };
}

/** The transpose of a matrix of so many rows. */
function transpose(values: Float32Array, rows: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0, from = 0; row < rows; row++) {
    for (let to = row; to < result.length; to += rows) result[to] = values[from++] as number;
  }
  return result;
}

/** Whether the weight is the second factor of `MatMul` nodes and nothing else. */
export function feedsOnlyMatMul(site: WeightSite): boolean {
  const { source, shape } = site;
  const plain = isPackedFloat(source.tensor.dataType) && shape.length === 2;
  const factor = ({ node, input }: WeightUse) =>
    input === 1 && isStandard(node, 'MatMul') && node.input[0] !== source.name;
  return plain && source.tensor.dims.length === 2 && usedOnly(site, factor);
}
