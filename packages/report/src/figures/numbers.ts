import type { ErrorMeasures } from '@lowbit/core';

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes for people: three significant digits, units of 1000. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${bytes} B` : `${significant(value)} ${units[unit]}`;
}

/** `part / whole` with three decimals; a dash where there is no whole. */
export function formatRatio(part: number, whole: number): string {
  return whole > 0 ? (part / whole).toFixed(3) : '–';
}

/**
 * Decibels with one decimal; `null` stands for no error at all, −∞ for an error where all values should be 0, `undefined` or NaN for
 * one that is not known.
 */
export function formatDecibels(value: number | null | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (value === -Infinity) return 'no signal';
  return value === null ? 'exact' : `${value.toFixed(1)} dB`;
}

/** The error of a weight in decibels; in words where that is no finite number. */
export function formatError(error: ErrorMeasures | undefined): string {
  if (error === undefined) return '–';
  if (error.sqnrDb !== null || error.largest === 0) return formatDecibels(error.sqnrDb);
  return Number.isFinite(error.largest) ? 'no signal' : 'not finite';
}

/** A count with thin groups of three: 1 234 567. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A small real number: three significant digits, without trailing zeros. A dash for one that is not known. */
export function formatReal(value: number | null | undefined): string {
  if (value === undefined || value === null) return '–';
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}

/** A part of 1, which may be very small, in percent with three significant digits. */
export function formatShare(part: number): string {
  return `${formatReal(100 * part)} %`;
}

/** A range of real numbers. */
export function formatRange(min: number, max: number): string {
  return `${formatReal(min)} … ${formatReal(max)}`;
}

/** Milliseconds with three significant digits. */
export function formatMilliseconds(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ms`;
}

/** A part of 1 in percent with one decimal. */
export function formatPercent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function significant(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
