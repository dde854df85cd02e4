/**
 * The largest |a − b|, relative to the largest |a| where that is above 1; NaN for lengths or values that cannot be compared. A mean of no steps is NaN
 * for Keras too.
 */
export function difference(given: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (given.length !== wanted.length) return NaN;
  let [worst, most] = [0, 1];
  for (let i = 0; i < wanted.length; i++) {
    if (Number.isNaN(wanted[i]) && Number.isNaN(given[i])) continue;
    const distance = Math.abs(given[i]! - wanted[i]!);
    if (!(distance <= worst)) worst = distance;
    if (Number.isNaN(distance)) return NaN;
    most = Math.max(most, Math.abs(wanted[i]!));
  }
  return worst / most;
}
