import { LowbitError } from '../errors/error.js';
import { collectScheme } from './scheme.js';
import type { AffineScheme, Scheme, SliceParameters } from './types.js';

/**
 * Checks that every level is a finite float32, as runtimes compute it: scale · code first, with codes from 0, then the offset
 * or the zero point. Values near the largest float32 can have a grid of finite parameters that goes beyond it.
 *
 * @throws LowbitError `non-finite`.
 */
export function checkLevels(scheme: Scheme, where: string): void {
  const slice = overflowing(scheme);
  if (slice < 0) return;
  const remedy = 'Exclude this weight: values near the largest float32 number have no such grid.';
  throw beyond(`${where}, slice ${slice}`, remedy);
}

/** As {@link checkLevels} for the one grid of an activation site. @throws LowbitError `non-finite`. */
export function checkSiteLevels(parameters: SliceParameters, where: string): void {
  if (overflowing(collectScheme([parameters], where)) < 0) return;
  throw beyond(where, 'Choose another quantizer for activations, or leave them as they are.');
}

function beyond(where: string, remedy: string): LowbitError {
  return new LowbitError({
    code: 'non-finite',
    where,
    expected: 'values so small that all levels, and scale · code, are finite float32 numbers (up to 3.4e38)',
    received: 'a grid with a level beyond',
    remedy,
  });
}

/** The first slice with a level that is not finite, or −1. */
function overflowing(scheme: Scheme): number {
  if (scheme.kind === 'affine') return overflowingGrid(scheme);
  if (scheme.kind === 'residual') {
    const { scales, order } = scheme;
    const sums = Array.from({ length: scales.length / order }, (_, slice) =>
      scales.subarray(slice * order, (slice + 1) * order).reduce((sum, scale) => sum + Math.abs(scale), 0),
    );
    return sums.findIndex(isBeyond);
  }
  const { values, levels, scale } = scheme;
  if (scale === undefined) return Math.floor(values.findIndex(isBeyond) / levels);
  const most = values.reduce((reach, value) => Math.max(reach, Math.abs(value)), 0);
  return scale.findIndex((step) => isBeyond(step * most));
}

function overflowingGrid(scheme: AffineScheme): number {
  const { levels, scale, offset } = scheme;
  for (let slice = 0; slice < scale.length; slice++) {
    const reach = Math.fround((scale[slice] as number) * (levels - 1));
    if (isBeyond(reach + (offset?.[slice] ?? -reach / 2))) return slice;
  }
  return -1;
}

const isBeyond = (value: number): boolean => !Number.isFinite(Math.fround(value));
