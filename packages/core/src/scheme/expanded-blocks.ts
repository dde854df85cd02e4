import { expansions, type Expansions } from '../kernels/expansions.js';
import { checkHeader, checkLargestCode, checkUnpackedScheme } from './check-unpacked.js';
import { checkPacked } from './check-tensor.js';
import { packedScheme, type PackedTensor } from './container.js';
import { valueOfCode } from './decode.js';
import { gridLoader, gridsOf, loadedOnce, type LoadSlices } from './grids.js';
import { levelsOf } from './scheme.js';
import { sizeOf } from './shape.js';
import { sliceLayout } from './slicing.js';
import type { VisitBlock } from './slice-runs.js';
import type { AffineScheme, Scheme } from './types.js';

/**
 * Expands a packed tensor block by block, row-major: `visit` gets the values from the number `from` on, in memory that the next block is
 * written into. Throws `packed-data` for codes that stand for no level when all is visited for the first time.
 */
export type EachExpanded = (visit: (values: Float32Array, from: number) => void) => void;

/**
 * The values of a packed tensor by the loops of WebAssembly; `undefined` where there are none for it.
 *
 * @param where Of a tensor that is none, `invalid-argument`.
 * @throws LowbitError `packed-data` as `unpackTensor`.
 */
export function expandedBlocks(packed: PackedTensor, where: string): EachExpanded | undefined {
  checkPacked(packed, where);
  checkHeader(packed.header);
  const { shape, slicing, bits } = packed.header;
  const vector = expansions();
  if (vector === undefined || bits > 8) return undefined;
  const scheme = packedScheme(packed);
  const { count, runs } = sliceLayout(shape, slicing);
  checkUnpackedScheme(scheme, count);
  const levels = levelsOf(scheme);
  let isChecked = levels >= 2 ** bits || sizeOf(shape) === 0;
  return (visit) => {
    const load = codesLoader(vector, packed);
    const each = runs.step === 1;
    const valuesOf =
      scheme.kind === 'affine' ? evenValues(vector, scheme, each) : tableValues(vector, scheme, each);
    let largest = 0;
    runs.eachBlock((from, rows, width, slice) => {
      const count = rows * width;
      const first = load(from, count);
      if (!isChecked) largest = Math.max(largest, vector.loops.largest(first, count));
      valuesOf(first, rows, width, slice);
      visit(vector.values.subarray(0, count), from);
    });
    if (!isChecked) checkLargestCode(largest, scheme);
    isChecked = true;
  };
}

/** Unpacks the codes of a block; gives the number of the first one among those that are in memory then. */
function codesLoader(
  { packed, codes, loops }: Expansions,
  { header: { bits }, codes: stream }: PackedTensor,
): (from: number, count: number) => number {
  if (bits === 8)
    return (from, count) => {
      codes.set(stream.subarray(from, from + count));
      return 0;
    };
  return (from, count) => {
    // Eight codes take whole bytes.
    const first = from % 8;
    const begin = ((from - first) / 8) * bits;
    const all = first + count;
    packed.set(stream.subarray(begin, begin + Math.ceil((all * bits) / 8)));
    loops.unpack(bits, all);
    return first;
  };
}

/** Of even grids; the slices' grids are loaded, then used. */
function evenValues(vector: Expansions, scheme: AffineScheme, each: boolean): VisitBlock {
  const grids = gridsOf(scheme);
  const load = gridLoader(vector, grids);
  return (first, rows, width, slice) => {
    load(slice, each ? width : rows);
    vector.loops.even(first, rows, width, each, grids.middle);
  };
}

/** Of all other schemes; the slices' levels are loaded, then looked up, or looked up where they are when there are too many. */
function tableValues(vector: Expansions, scheme: Scheme, each: boolean): VisitBlock {
  const levels = levelsOf(scheme);
  const { tables, codes, values, loops } = vector;
  const valueOf = valueOfCode(scheme);
  const load = tableLoader(tables, scheme, valueOf);
  return (first, rows, width, slice) => {
    const slices = each ? width : rows;
    if (slices * levels <= tables.length) {
      load(slice, slices);
      return loops.lookUp(first, rows, width, each, levels);
    }
    for (let i = 0; i < rows * width; i++)
      values[i] = valueOf(codes[first + i]!, slice + (each ? i % width : Math.floor(i / width)));
  };
}

function tableLoader(
  tables: Float32Array,
  scheme: Scheme,
  valueOf: (code: number, slice: number) => number,
): LoadSlices {
  const levels = levelsOf(scheme);
  return loadedOnce((slice, count) => {
    if (scheme.kind === 'codebook' && scheme.scale === undefined)
      return tables.set(scheme.values.subarray(slice * levels, (slice + count) * levels));
    for (let at = 0; at < count * levels; at++)
      tables[at] = valueOf(at % levels, slice + Math.floor(at / levels));
  });
}
