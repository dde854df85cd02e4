import { zeroPointForm, type QuantizedTensor } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import { copyMessage, DataType, type NodeProto } from '../schema/proto.js';
import { gatherBlockQuantizedBits, runtimeDomain } from '../target/facts.js';
import type { Target } from '../target/target.js';
import { makeAttribute } from '../write/make-node.js';
import { packSmall } from '../write/pack-small.js';
import type { Fragment } from './fragment.js';
import { isTable } from './gather-rows.js';
import type { Replacement } from './lower.js';
import { addNumbers } from './parameter-grid.js';

/**
 * Takes rows of packed groups: every `Gather` becomes `com.microsoft.GatherBlockQuantized` with the same name and
 * outputs. `undefined` when the operator does not fit: it takes a table of FLOAT with groups of 16, 32, 64 … along its
 * rows that leave nothing over, and integer zero points.
 */
export function gatherBlockQuantized(
  to: Fragment,
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
): Replacement | undefined {
  const { shape, slicing, parameterStorage } = tensor;
  if (slicing === 'tensor' || !('along' in slicing) || slicing.along !== 1) return undefined;
  if (!isTable(site) || site.source.tensor.dataType !== DataType.FLOAT) return undefined;
  const [entries, features] = shape as readonly [number, number];
  const { group } = slicing;
  const bits = gatherBlockQuantizedBits(tensor.bits, group, features, target);
  const exact = bits && zeroPointForm(tensor);
  if (bits === undefined || exact === undefined) return undefined;
  const add = (role: string, columns: number, codes: ArrayLike<number>) => {
    if (bits === 4) return to.constant(role, DataType.UINT4, [entries, columns], codes);
    const bytes = bits === 8 ? codes : packRows(codes, columns);
    return to.constant(role, DataType.UINT8, [entries, bytes.length / entries], bytes);
  };
  const groups = features / group;
  const codes = add('codes', features, exact.codes);
  const scale = addNumbers(to, 'scale', exact.scale, [entries, groups], parameterStorage);
  const zero = add('zero', groups, exact.zeroPoints);
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
      input: [codes, node.input[1] as string, scale, zero],
      attribute,
    });
  const nodes = new Map(site.uses.map(({ node }) => [node, [replaced(node)]]));
  return { form: 'GatherBlockQuantized', storedBits: bits, nodes };
}

/** Codes of 2 bits, four a byte; each row starts a new byte. */
function packRows(codes: ArrayLike<number>, columns: number): Uint8Array {
  const all = Array.from(codes);
  const rows = Array.from({ length: all.length / columns }, (_, row) =>
    packSmall(all.slice(row * columns, (row + 1) * columns), 2),
  );
  const length = rows[0]?.length ?? 0;
  const bytes = new Uint8Array(rows.length * length);
  rows.forEach((row, at) => bytes.set(row, at * length));
  return bytes;
}
