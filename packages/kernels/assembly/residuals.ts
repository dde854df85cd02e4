// What inputs of 1 bit leave over: the inputs of the second order of HORQ.
import { meanMagnitude } from './tables';

/** Values of rows less the mean magnitude of their row times their sign (0 and −0 positive, NaN negative). */
export function subtractSigns(values: usize, to: usize, rows: i32, count: i32): void {
  const bytes = (<usize>count) << 2;
  for (; rows > 0; rows--) {
    const mean = meanMagnitude(values, count);
    const positive = f32x4.splat(mean);
    const negative = f32x4.splat(-mean);
    const end = values + bytes;
    for (; values + 16 <= end; values += 16, to += 16) {
      const four = v128.load(values);
      const signs = v128.bitselect(positive, negative, f32x4.ge(four, f32x4.splat(0)));
      v128.store(to, f32x4.sub(four, signs));
    }
    for (; values < end; values += 4, to += 4) {
      const value = load<f32>(values);
      store<f32>(to, value - (value >= 0 ? mean : -mean));
    }
  }
}
