import type { VisitBlock } from './slice-runs.js';
import type { SliceLayout } from './slicing.js';

/** Copies the values of the slices `first` … `next` − 1 in slice-major order. */
export type TakeSlices = (first: number, next: number) => Float32Array;

/** Rows of neighbouring values, each of which belongs to the slice after that of the value before it. */
type Block = readonly [...Parameters<VisitBlock>];

/**
 * Takes neighbouring slices of row-major values, a few at a time: what is copied stays in the caches, and nothing else is put in order.
 *
 * @returns To be called with ascending slices.
 */
export function sliceTaker(values: Float32Array, layout: SliceLayout): TakeSlices {
  const { start, end } = layout;
  const blocks = wholeSlices(layout);
  if (blocks === undefined) {
    const ordered = layout.toSliceMajor(values);
    return (first, next) => ordered.slice(start(first), end(next - 1));
  }
  let at = 0;
  return (first, next) => {
    const taken = new Float32Array(end(next - 1) - start(first));
    for (; at < blocks.length; at++) {
      const [from, rows, width, slice] = blocks[at] as Block;
      const [own, last] = [Math.max(first, slice), Math.min(next, slice + width)];
      const columns = { from: from + own - slice, count: last - own };
      copyColumns(values, columns, { rows, width }, taken.subarray(start(own) - start(first)));
      if (slice + width > next) break;
    }
    return taken;
  };
}

/** The blocks of a layout of which each holds all values of its slices; `undefined` where slices lie in several, or in rows. */
function wholeSlices({ count, runs }: SliceLayout): readonly Block[] | undefined {
  if (runs.step === 0) return undefined;
  const blocks: Block[] = [];
  let slices = 0;
  runs.eachWhole((...block) => {
    blocks.push(block);
    slices += block[2];
  });
  return slices === count ? blocks : undefined;
}

/** Columns that are copied at a time: as many lines of memory are written at once as the caches keep together. */
const together = 8;

/** One column after the other. */
function copyColumns(
  values: Float32Array,
  { from, count }: { readonly from: number; readonly count: number },
  { rows, width }: { readonly rows: number; readonly width: number },
  to: Float32Array,
): void {
  const whole = Math.max(0, count - (count % together));
  for (let column = 0; column < whole; column += together)
    for (let row = 0, i = from + column, place = column * rows; row < rows; row++, i += width, place++) {
      to[place] = values[i] as number;
      to[place + rows] = values[i + 1] as number;
      to[place + 2 * rows] = values[i + 2] as number;
      to[place + 3 * rows] = values[i + 3] as number;
      to[place + 4 * rows] = values[i + 4] as number;
      to[place + 5 * rows] = values[i + 5] as number;
      to[place + 6 * rows] = values[i + 6] as number;
      to[place + 7 * rows] = values[i + 7] as number;
    }
  for (let column = whole; column < count; column++)
    for (let row = 0, i = from + column, place = column * rows; row < rows; row++, i += width)
      to[place++] = values[i] as number;
}
