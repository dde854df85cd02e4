import {
  encode,
  decode,
  seededRandom,
  type Options,
  type QuantizedTensor,
  type Quantizer,
} from '@lowbit/core';
import { levelValue, type FitContext, type Role, type SliceParameters } from '@lowbit/core/method';
import { defectsOf } from './defects.js';
import { ordinaryValues } from '../samples.js';

/** One width that a quantizer offers for one role. */
export interface Width {
  readonly role: Role;
  readonly bits: number;
}

/** Every width that the quantizer declares, role by role. */
export function offeredWidths(quantizer: Quantizer): readonly Width[] {
  return quantizer.roles.flatMap((role) => (quantizer.bits[role] ?? []).map((bits) => ({ role, bits })));
}

/**
 * The widths at which the quantizer fits ordinary values without defects. Laws about what a fit means look at
 * these alone: what is wrong with the others is told by the law on defects, once.
 */
export function usableWidths(quantizer: Quantizer): readonly Width[] {
  return offeredWidths(quantizer).filter((width) => {
    try {
      return defectsOf(fit(quantizer, ordinaryValues(), width), width.bits).length === 0;
    } catch {
      return false;
    }
  });
}

/** Fits a copy of the values, so that a quantizer that changes them disturbs nothing else. */
export function fit(
  quantizer: Quantizer,
  values: Float32Array,
  width: Width,
  extra: Partial<FitContext> = {},
): SliceParameters {
  return quantizer.fit(values.slice(), contextOf(quantizer, width, extra));
}

/** A fresh context with the seed 7 and every option filled in. */
export function contextOf(
  quantizer: Quantizer,
  { role, bits }: Width,
  extra: Partial<FitContext> = {},
): FitContext {
  return { role, bits, options: defaultsOf(quantizer), random: seededRandom(7), ...extra };
}

/** Encodes the values as one slice with these parameters. */
export function encodeWith(parameters: SliceParameters, values: Float32Array, bits: number): QuantizedTensor {
  return encode(values, [values.length], 'tensor', { bits, fit: () => parameters });
}

/** What the values become with these parameters. */
export function reconstruct(parameters: SliceParameters, values: Float32Array, bits: number): Float32Array {
  return decode(encodeWith(parameters, values, bits));
}

/** All levels of a slice, by code. */
export function levelsOfSlice(parameters: SliceParameters): number[] {
  const count =
    parameters.kind === 'affine'
      ? parameters.levels
      : parameters.kind === 'codebook'
        ? parameters.values.length
        : 2 ** parameters.scales.length;
  return Array.from({ length: count }, (_, code) => levelValue(parameters)(code));
}

/** Defaults and configured options as they are, checked by the law on options. */
function defaultsOf(quantizer: Quantizer): Options {
  const defaults = Object.entries(quantizer.options ?? {}).map(([name, option]) => [name, option.default]);
  return { ...Object.fromEntries(defaults), ...quantizer.configured };
}
