import type { QuantizedTensor } from '@lowbit/core';
import { pack } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { makeAttribute } from '../graph/make-node.js';
import type { Codes } from './add-planes.js';
import { packRows } from './bit-layout.js';
import { isTable, rowsAreTaken } from './gather-rows.js';
import { type FormSample, type PackedForm, type Replacement, takesGroups } from './packed-form.js';
import { addScales, packedParameters } from './packed-parameters.js';
import { copyMessage, DataType, type NodeProto } from '../schema/proto.js';
import { gatherBlockQuantizedBits } from '../target/packed-operators.js';
import { isPackedFloat, type PackedFloat } from '../target/runs.js';
import { runtimeDomain } from '../target/versions.js';
import type { Target } from '../target/target.js';
import { centredCodes } from './centred-codes.js';
import type { Fragment } from './fragment.js';

/** Rows of packed groups: `com.microsoft.GatherBlockQuantized`. */
export const gatherBlockQuantized: PackedForm = {
  name: 'GatherBlockQuantized',
  kept: rowsAreTaken,
  takes(site, target) {
    if (!isFloatTable(site)) return undefined;
    const fits = (bits: number, group: number, length: number) =>
      gatherBlockQuantizedBits(bits, group, length, target) !== undefined;
    return takesGroups(site, { along: 1, fits });
  },
  pack: gatherPacked,
  samples: [
    sample({ bits: 4, granularity: 'group:16', inputs: { w: [64, 64], at: [2, 5] }, output: [2, 5, 64] }),
    sample({ bits: 8, granularity: 'group:32', inputs: { w: [64, 72], at: [5] }, output: [5, 72] }),
  ],
};

function sample(parts: Omit<FormSample, 'operator'>): FormSample {
  return { operator: 'Gather', ...parts };
}

/**
 * Every `Gather` becomes `com.microsoft.GatherBlockQuantized` with the same name and
 * outputs. `undefined` when the operator does not fit: it takes a table with groups of 16, 32, 64 … along its rows, of which
 * the last may be short, scales of the table's type, and integer zero points, which are left out where all can be its default.
 */
function gatherPacked(
  to: Fragment,
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
): Replacement | undefined {
  const { shape, slicing } = tensor;
  if (slicing === 'tensor' || !('along' in slicing) || slicing.along !== 1) return undefined;
  if (!isFloatTable(site)) return undefined;
  const [entries, features] = shape as readonly [number, number];
  const { group } = slicing;
  const type = site.source.tensor.dataType as PackedFloat;
  const bits = gatherBlockQuantizedBits(tensor.bits, group, features, target);
  const found = bits && packedParameters(tensor, type);
  if (bits === undefined || found === undefined) return undefined;
  const { exact, stored } = found;
  const centred = centredCodes(tensor, exact, bits);
  const add = (role: string, columns: number, codes: Codes) =>
    addRows(to, role, { codes, entries, columns }, bits, centred !== undefined);
  const groups = Math.ceil(features / group);
  const { codes, scale } = centred ?? exact;
  const inputs = [add('codes', features, codes)];
  const parameters = [addScales(to, scale, [entries, groups], type, tensor)];
  if (centred === undefined) parameters.push(add('zero', groups, exact.zeroPoints));
  const attribute = Object.entries({
    gather_axis: 0,
    quantize_axis: 1,
    block_size: group,
    ...(bits === 4 ? {} : { bits }),
  }).map(([name, value]) => makeAttribute(name, value));
  const replaced = (node: NodeProto) =>
    copyMessage(node, {
      opType: 'GatherBlockQuantized',
      domain: runtimeDomain.name,
      input: [...inputs, node.input[1] as string, ...parameters],
      attribute,
    });
  const nodes = new Map(site.uses.map(({ node }) => [node, [replaced(node)]]));
  return { form: 'GatherBlockQuantized', storedBits: bits, nodes, stored };
}

/** Whether a weight is a table of floats that rows are taken of, and nothing else. */
const isFloatTable = (site: WeightSite): boolean =>
  isTable(site) && isPackedFloat(site.source.tensor.dataType);

/**
 * Adds the rows [entries, columns] of codes or zero points.
 *
 * @param centred Whether the zero point is the operator's default: 0 where there is a type of so many bits, otherwise
 *   the middle of the codes.
 */
function addRows(
  to: Fragment,
  role: string,
  { codes, entries, columns }: { codes: Codes; entries: number; columns: number },
  bits: 2 | 4 | 8,
  centred: boolean,
): string {
  if (bits === 4) {
    const signed = centred ? Int8Array.from(codes, (code) => code - 8) : codes;
    return to.constant(role, centred ? DataType.INT4 : DataType.UINT4, [entries, columns], signed);
  }
  const bytes = bits === 8 ? codes : packRows(codes, columns, (row) => pack(row, bits));
  return to.constant(role, DataType.UINT8, [entries, bytes.length / entries], bytes);
}
