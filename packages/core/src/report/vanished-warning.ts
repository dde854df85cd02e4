import type { SliceRanges } from '../scheme/slice-ranges.js';
import { sliceParameters } from '../scheme/scheme.js';
import type { Scheme, SliceParameters } from '../scheme/types.js';

/** A sentence when slices hold values other than 0 and none of their levels is another than 0; otherwise `undefined`. */
export function vanishedWarning(scheme: Scheme, { min, max }: SliceRanges): string | undefined {
  let vanished = 0;
  let largest = 0;
  for (let s = 0; s < min.length; s++) {
    const reach = Math.max(-(min[s] as number), max[s] as number);
    if (!(reach > 0) || !isZero(sliceParameters(scheme, s))) continue;
    vanished++;
    largest = Math.max(largest, reach);
  }
  if (vanished === 0) return undefined;
  const slices = vanished === 1 ? '1 slice becomes' : `${vanished} slices become`;
  return `${slices} zeros: float32 has no step for values of at most ${largest.toPrecision(2)}`;
}

function isZero(parameters: SliceParameters): boolean {
  if (parameters.kind === 'affine') return parameters.scale === 0 && (parameters.offset ?? 0) === 0;
  if (parameters.kind === 'residual') return parameters.scales.every((scale) => scale === 0);
  return parameters.scale === 0 || parameters.values.every((value) => value === 0);
}
