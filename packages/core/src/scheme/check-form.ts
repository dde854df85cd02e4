import { LowbitError } from '../errors/error.js';
import type { AffineScheme, SliceParameters } from './types.js';

/**
 * Checks that what a plugin returned are parameters of one slice.
 *
 * @throws LowbitError `plugin-failed`, for nothing and for a promise too.
 */
export function checkForm(returned: SliceParameters | undefined, where: string): SliceParameters {
  if (returned !== undefined && hasForm(returned)) return returned;
  throw noParameters("parameters: kind 'affine', 'codebook' or 'residual' with its numbers", returned, where);
}

/** As {@link checkForm} for a list with the parameters of each slice. */
export function checkAllForms(
  returned: readonly SliceParameters[] | undefined,
  count: number,
  where: string,
): readonly SliceParameters[] {
  const expected = `a list of ${count} slices' parameters`;
  if (!Array.isArray(returned)) throw noParameters(expected, returned, where);
  const list = returned as readonly SliceParameters[];
  if (list.length !== count) throw noParameters(expected, `${list.length} of them`, where);
  return list.map((parameters) => checkForm(parameters, where));
}

/** As {@link checkForm} for the grids of all slices; `undefined` where a plugin does not know. */
export function checkGridsForm(returned: AffineScheme | undefined, where: string): AffineScheme | undefined {
  if (returned === undefined || hasGrids(returned)) return returned;
  throw noParameters('grids of all slices, or undefined', returned, where);
}

function hasForm(value: SliceParameters): boolean {
  if (typeof value !== 'object' || value === null) return false;
  switch (value.kind) {
    case 'affine':
      return isCount(value.levels) && isNumber(value.scale) && isNumber(value.offset ?? 0);
    case 'codebook':
      return (
        isList(value.values) &&
        (value.thresholds === undefined || isList(value.thresholds, 0)) &&
        isNumber(value.scale ?? 0) &&
        !((value.scale ?? 0) < 0)
      );
    case 'residual':
      return isList(value.scales);
    default:
      return false;
  }
}

function hasGrids(value: AffineScheme): boolean {
  if (typeof value !== 'object' || value === null || value.kind !== 'affine') return false;
  const { levels, scale, offset = scale } = value;
  return isCount(levels) && isList(scale, 0) && isList(offset, 0);
}

const isNumber = (value: unknown): boolean => typeof value === 'number';
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;
const isList = (value: unknown, least = 1): boolean => value instanceof Float32Array && value.length >= least;

function noParameters(expected: string, returned: unknown, where: string): LowbitError {
  return new LowbitError({
    code: 'plugin-failed',
    where,
    expected,
    received: nameOf(returned),
    remedy: "Report this to the plugin's author: fit returns parameters at once, and no promise of them.",
  });
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value !== 'object' || value === null) return String(value);
  if (typeof (value as { then?: unknown }).then === 'function') return 'a promise';
  const { kind } = value as { kind?: unknown };
  return typeof kind === 'string'
    ? `kind '${kind}' without its numbers, or unknown`
    : 'an object without a kind';
}
