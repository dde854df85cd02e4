import { classesOf, type LayerFeatures, traceRatio } from '@lowbit/core/policy';
import { cholesky, solveLower } from './cholesky.js';
import { addToDiagonal, traceOf } from './diagonal.js';
import { scatterWithin } from './scatter.js';

/** Added to the diagonal of S_W, as a share of its mean: keeps it invertible when dimensions outnumber samples. */
const defaultRidge = 1e-3;

/**
 * Separability as Fisher's criterion over all directions at once,
 *
 *     J = tr((S_W + ε·I)⁻¹ S_B),   ε = ridge · tr(S_W) / dimensions
 *
 * with S_W and S_B the scatter matrices within and between the classes, each divided by the number of samples. It counts
 * directions by how well they separate, not by how much they vary, so that one small but clean feature counts. 0 when the
 * means coincide or when fewer than two classes have two samples; 10¹² when the classes do not spread.
 *
 * Wants more samples than dimensions: with fewer, directions exist in which nothing spreads and the ridge decides. Costs
 * samples × dimensions² + dimensions³ / 3.
 *
 * @param ridge ≥ 0, default 10⁻³; 0 only where S_W is invertible
 * @throws LowbitError `non-finite`, `calibration-invalid`; see {@link classesOf}.
 */
export function fullFisher(
  features: LayerFeatures,
  labels: ArrayLike<number>,
  where?: string,
  ridge = defaultRidge,
): number {
  const { dimensions } = features;
  const found = classesOf(features, labels, where);
  const scatter = scatterWithin(features, found);
  const trace = traceOf(scatter, dimensions);
  if (trace === 0) return traceRatio(features, labels, where);
  addToDiagonal(scatter, dimensions, (ridge * trace) / dimensions);
  const factor = cholesky(scatter, dimensions);
  return found.classes.reduce((sum, { rows, mean }) => {
    const offset = mean.map((value, i) => value - (found.mean[i] as number));
    const whitened = solveLower(factor, dimensions, offset);
    return sum + (rows.length / found.count) * whitened.reduce((norm, value) => norm + value * value, 0);
  }, 0);
}
