import { LowbitError } from '../errors/error.js';
import { isPromise } from '../errors/is-promise.js';
import type { AffineScheme, SliceParameters } from './types.js';

/** The function of a plugin that returned what is checked. */
export type FittingVerb = 'fit' | 'refit' | 'fitTensor' | 'fitRanges' | 'fitRows';

/**
 * Checks that what a plugin returned are parameters of one slice.
 *
 * @throws LowbitError `plugin-failed`, for nothing and for a promise too.
 */
export function checkForm(
  returned: SliceParameters | undefined,
  where: string,
  verb: FittingVerb = 'fit',
): SliceParameters {
  if (returned !== undefined && hasForm(returned)) return returned;
  const misfit = returned && misfitOf(returned);
  if (misfit !== undefined) throw wrongNumbers(misfit, where);
  const expected = "parameters: kind 'affine', 'codebook' or 'residual' with its numbers";
  throw noParameters(expected, nameOf(returned), where, `${verb} returns parameters`);
}

/** Checks that what a plugin returned is a list with one entry a slice. @throws LowbitError `plugin-failed`. */
export function checkList(
  returned: readonly SliceParameters[] | undefined,
  count: number,
  where: string,
): readonly SliceParameters[] {
  const expected = `from fitTensor, a list of ${count} slices' parameters`;
  if (!Array.isArray(returned))
    throw noParameters(expected, nameOf(returned), where, 'fitTensor returns the list');
  if (returned.length === count) return Array.from(returned as readonly SliceParameters[]);
  throw new LowbitError({
    code: 'plugin-failed',
    where,
    expected,
    received: `${returned.length} of them`,
    remedy: "Report this to the plugin's author: fitTensor returns one entry a slice, in their order.",
  });
}

/** As {@link checkForm} for the grids of all slices; `undefined` where a plugin does not know. */
export function checkGridsForm(
  returned: AffineScheme | undefined,
  where: string,
  verb: FittingVerb = 'fitRanges',
): AffineScheme | undefined {
  if (returned === undefined || hasGrids(returned)) return returned;
  const lists: readonly Misfit[] = (['scale', 'offset'] as const).map((member) => [
    'affine',
    member,
    returned?.[member],
  ]);
  const misfit = lists.find(([, , value]) => isOtherList(value));
  if (misfit !== undefined) throw wrongNumbers(misfit, where);
  const expected = 'grids of all slices, or undefined';
  throw noParameters(expected, nameOf(returned), where, `${verb} returns these`);
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
        isNumber(value.scale ?? 0)
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

/** Numbers of a kind in another form than is wanted: the kind, the member, and what it holds. */
type Misfit = readonly [kind: string, member: string, value: unknown];

/** The first list of numbers of a known kind that is none in float32; `undefined` where nothing is a list. */
function misfitOf(value: SliceParameters): Misfit | undefined {
  const lists = listsOf.get(value.kind) ?? [];
  const [found] = Object.entries(value).filter(([name, held]) => lists.includes(name) && isOtherList(held));
  return found && [value.kind, ...found];
}

/** The members of parameters of one slice that are lists, by kind. */
const listsOf: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['codebook', ['values', 'thresholds']],
  ['residual', ['scales']],
]);

/** Whether something is a list of numbers, but not in float32: ordinary, or of another type. */
const isOtherList = (value: unknown): boolean =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof Float32Array));

function wrongNumbers([kind, member, value]: Misfit, where: string): LowbitError {
  const list = Array.isArray(value)
    ? 'an ordinary list'
    : `a list of type ${(value as object).constructor.name}`;
  return new LowbitError({
    code: 'plugin-failed',
    where,
    expected: `parameters of kind '${kind}' with ${member} in a Float32Array`,
    received: `${member} in ${list}`,
    remedy: `Report this to the plugin's author: ${member}: Float32Array.from(${member}).`,
  });
}

const isNumber = (value: unknown): boolean => typeof value === 'number';
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 1;
const isList = (value: unknown, least = 1): boolean => value instanceof Float32Array && value.length >= least;

function noParameters(expected: string, received: string, where: string, rule: string): LowbitError {
  const remedy = `Report this to the plugin's author: ${rule} at once, and no promise of them.`;
  return new LowbitError({ code: 'plugin-failed', where, expected, received, remedy });
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value !== 'object' || value === null) return String(value);
  if (isPromise(value)) return 'a promise';
  const { kind } = value as { kind?: unknown };
  return typeof kind === 'string'
    ? `kind '${kind}' without its numbers, or unknown`
    : 'an object without a kind';
}
