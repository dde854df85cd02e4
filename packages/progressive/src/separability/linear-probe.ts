import { type Classes, classesOf, type LayerFeatures } from '@lowbit/core/policy';
import { cholesky, solveLower, solveUpper } from './cholesky.js';
import { addToDiagonal, traceOf } from './diagonal.js';

/** Strength of the ridge, as a share of the mean squared length of the centred features. */
const defaultRidge = 1e-2;

/**
 * Separability as the accuracy, 0 … 1, of a linear classifier that has not seen the sample it judges.
 *
 * One ridge regression with an intercept for each class (target 1 for its samples, 0 for the others); the largest of the
 * predictions wins, of equal ones the class seen first. Every sample is predicted by the regression without it: with K the
 * inner products of the centred features, A = K + λ·I and y a column of targets, the residual of sample i when it is left
 * out is, exactly,
 *
 *     (λ·(A⁻¹y)_i − mean(y)) / (λ·(A⁻¹)_ii − 1/N),   λ = ridge · tr K / N
 *
 * At least the share of the largest class, which needs no features: without a sample its own class is the rarer one, so that
 * useless features would be right less often than chance. 0 when fewer than two classes have two samples. Costs
 * samples² × dimensions + samples³: a few hundred samples are enough.
 *
 * @param ridge > 0, default 10⁻²
 * @throws LowbitError `non-finite`, `calibration-invalid`; see {@link classesOf}.
 */
export function linearProbe(
  features: LayerFeatures,
  labels: ArrayLike<number>,
  where?: string,
  ridge = defaultRidge,
): number {
  const found = classesOf(features, labels, where);
  const { classes, count } = found;
  if (classes.length < 2) return 0;
  const products = innerProducts(features, found);
  const trace = traceOf(products, count);
  const chance = Math.max(...classes.map(({ rows }) => rows.length)) / count;
  if (trace === 0) return chance;
  const strength = (ridge * trace) / count;
  addToDiagonal(products, count, strength);
  const factor = cholesky(products, count);
  const leverages = diagonalOfInverse(factor, count).map((value) => strength * value - 1 / count);
  const targets = classes.flatMap(({ rows }, index) => rows.map(() => index));
  const predictions = classes.map(({ rows }, index) => {
    const y = Float64Array.from(targets, (target) => (target === index ? 1 : 0));
    const solved = solveUpper(factor, count, solveLower(factor, count, y));
    const residual = (i: number) => strength * (solved[i] as number) - rows.length / count;
    return y.map((value, i) => value - residual(i) / (leverages[i] as number));
  });
  const right = targets.filter((target, i) => target === strongest(predictions, i));
  return Math.max(right.length / count, chance);
}

/** Inner products of the centred features, classes one after the other: the lower triangle of `[count, count]`. */
function innerProducts(
  { dimensions, values }: LayerFeatures,
  { classes, count, mean }: Classes,
): Float64Array {
  const rows = classes.flatMap((each) => each.rows);
  const centred = rows.map((row) =>
    Float64Array.from(mean, (centre, i) => (values[row * dimensions + i] as number) - centre),
  );
  const products = new Float64Array(count * count);
  centred.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const b = centred[j] as Float64Array;
      let sum = 0;
      for (let k = 0; k < dimensions; k++) sum += (a[k] as number) * (b[k] as number);
      products[i * count + j] = sum;
    }
  });
  return products;
}

/** (A⁻¹)_ii = ‖L⁻¹e_i‖². */
function diagonalOfInverse(factor: Float64Array, size: number): Float64Array {
  const unit = new Float64Array(size);
  return Float64Array.from({ length: size }, (_, i) => {
    unit.fill(0);
    unit[i] = 1;
    return solveLower(factor, size, unit, i).reduce((sum, value) => sum + value * value, 0);
  });
}

/** Index of the class that predicts most for sample i; the first of equal ones. */
function strongest(predictions: readonly Float64Array[], i: number): number {
  const own = predictions.map((prediction) => prediction[i] as number);
  return own.indexOf(Math.max(...own));
}
