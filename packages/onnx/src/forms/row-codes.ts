import { sizeOf } from '@lowbit/core/adapter';
import { DataType } from '../schema/proto.js';
import type { AddedCodes } from './add-codes.js';
import { type Codes, unpackPlanes } from './add-planes.js';
import type { Fragment } from './fragment.js';
import type { ParameterGrid } from './parameter-grid.js';
import { packPlanes, packRows, type PlaneBits } from './bit-layout.js';

/** Bytes that the nodes for one set of planes take. */
const bytesOfUnpacking = 400;

/**
 * Adds the codes of a table and the nodes that take the rows asked for and unpack them to FLOAT or INT32, in the
 * shape of the indices and then that of a row. Rows of 1, 2 or 4 bits are packed where they fill whole bytes.
 */
export function addRowCodes(
  to: Fragment,
  role: string,
  { codes, bits, grid }: { codes: Codes; bits: number; grid: ParameterGrid & { readonly rows: string } },
  as: typeof DataType.FLOAT | typeof DataType.INT32,
): AddedCodes {
  const [entries = 0, ...row] = grid.codes;
  const perRow = sizeOf(row);
  const storedBits = rowWidth(bits, perRow, codes.length);
  if (storedBits >= 8) {
    const type = storedBits === 8 ? DataType.UINT8 : DataType.UINT16;
    const taken = to.node('Gather', [to.constant(role, type, grid.codes, codes), grid.rows]);
    return { value: to.node('Cast', [taken], { to: as }), form: 'Gather→Cast', storedBits };
  }
  const plane = storedBits as PlaneBits;
  const length = (perRow * plane) / 8;
  const bytes = packRows(codes, perRow, (row) => packPlanes(row, plane));
  const table = to.constant(role, DataType.UINT8, [entries, 1, length], bytes);
  const planes = unpackPlanes(to, to.node('Gather', [table, grid.rows]), plane);
  const integers = to.node('Reshape', [planes, rowShape(to, grid.rows, row)]);
  const value = as === DataType.INT32 ? integers : to.node('Cast', [integers], { to: as });
  return { value, form: `Gather→planar ${plane}-bit`, storedBits };
}

/** The name of a shape: that of the indices, then these dimensions. */
export function rowShape(to: Fragment, rows: string, row: readonly number[]): string {
  const dims = to.small(DataType.INT64, [row.length], row);
  return to.node('Concat', [to.node('Shape', [rows]), dims], { axis: 0 });
}

function rowWidth(bits: number, perRow: number, count: number): number {
  if (bits > 8) return 16;
  const packs = (width: number) =>
    width >= bits && (perRow * width) % 8 === 0 && (count * (8 - width)) / 8 > bytesOfUnpacking;
  return [1, 2, 4].find(packs) ?? 8;
}
