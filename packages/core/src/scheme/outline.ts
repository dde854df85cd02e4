import { checkScheme } from './check-scheme.js';
import { storesZeroPoints } from './parameters.js';
import type { Scheme } from './types.js';
import { integerZeroPoints } from './zero-point.js';

/**
 * What kind of parameters a scheme has, without their values: what decides how many bytes they take.
 *
 * - affine: `none` for grids around 0 without offset, `offsets` for any numbers, otherwise integer zero points: whether they are the
 *   same for all slices, and whether all are next to the middle of the codes.
 * - codebook: whether the slices share its values.
 */
export type SchemeOutline =
  | {
      readonly kind: 'affine';
      readonly levels: number;
      readonly zeroPoints: 'none' | 'offsets' | { readonly same: boolean; readonly middle: boolean };
    }
  | { readonly kind: 'codebook'; readonly levels: number; readonly shared: boolean }
  | { readonly kind: 'residual'; readonly order: number };

/** The outline of a scheme. */
export function schemeOutline(scheme: Scheme): SchemeOutline {
  checkScheme(scheme, 'schemeOutline(scheme)');
  const { kind } = scheme;
  if (kind === 'residual') return { kind, order: scheme.order };
  if (kind === 'codebook') return { kind, levels: scheme.levels, shared: scheme.scale !== undefined };
  const { levels, offset } = scheme;
  if (offset === undefined) return { kind, levels, zeroPoints: 'none' };
  if (!storesZeroPoints(scheme)) return { kind, levels, zeroPoints: 'offsets' };
  const all = integerZeroPoints(scheme) ?? new Uint16Array(0);
  const same = all.every((one) => one === all[0]);
  const middle = all.every((one) => Math.abs(2 * one - (levels - 1)) <= 1);
  return { kind, levels, zeroPoints: { same, middle } };
}

/** Schemes of an outline, one of which takes as many bytes as any other in every form; all scales are 1. */
export function outlinedSchemes(outline: SchemeOutline, slices: number): readonly Scheme[] {
  const { kind } = outline;
  const scale = new Float32Array(slices).fill(1);
  if (kind === 'residual')
    return [{ kind, order: outline.order, scales: new Float32Array(slices * outline.order).fill(1) }];
  const { levels } = outline;
  if (kind === 'codebook')
    return [
      outline.shared
        ? { kind, levels, values: new Float32Array(levels), scale }
        : { kind, levels, values: new Float32Array(slices * levels) },
    ];
  const { zeroPoints } = outline;
  if (zeroPoints === 'none') return [{ kind, levels, scale }];
  return gridsOf(zeroPoints, levels).map((zeroPointOf) => ({
    kind,
    levels,
    scale,
    offset: scale.map((_, slice) => -zeroPointOf(slice)),
  }));
}

/**
 * Zero points by slice. Operators take those in the middle of the codes without being told; others take most where they are not 0,
 * which needs no step, and where slices differ.
 */
function gridsOf(
  zeroPoints: 'offsets' | { readonly same: boolean; readonly middle: boolean },
  levels: number,
): readonly ((slice: number) => number)[] {
  const { same, middle } = zeroPoints === 'offsets' ? { same: false, middle: false } : zeroPoints;
  const [below, above] = [Math.floor((levels - 1) / 2), Math.ceil((levels - 1) / 2)];
  return [
    () => below,
    () => above,
    ...(same ? [] : [(slice: number) => (slice % 2 === 0 ? below : above)]),
    ...(middle ? [] : [() => Math.min(1, levels - 1)]),
    ...(same || middle ? [] : [(slice: number) => slice % Math.min(2, levels)]),
    ...(zeroPoints === 'offsets' ? [() => 0.5] : []),
  ];
}
