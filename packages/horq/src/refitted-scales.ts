import { toFloat32 } from '@lowbit/core/method';
import { greedyScales } from './greedy-scales.js';

/** Most alternations from one start. */
const mostRounds = 40;
/** A round that lowers the error by less than this share is the last. */
const leastGain = 1e-4;
/** Passes over the scales for one set of signs; they settle faster than the signs do. */
const sweeps = 8;
/** First scale of the even ladder in root mean squares: its 2^order levels reach to about 2.3 of them. */
const ladderTop = 1.25;

/**
 * Scales that are fitted jointly with the signs: with the signs held, least squares over all scales at once; with the
 * scales held, signs as the recursion gives them; in turn, until the error stops falling. Starts from the greedy scales
 * and from a ladder of halves; the best scales met are kept, so the error is never above the greedy one.
 */
export function refittedScales(values: Float32Array, order: number): Float32Array {
  const fromGreedy = alternate(values, greedyScales(values, order));
  if (order === 1 || fromGreedy.error === 0) return fromGreedy.scales;
  const fromLadder = alternate(values, ladder(values, order));
  return fromLadder.error < fromGreedy.error ? fromLadder.scales : fromGreedy.scales;
}

interface Fitted {
  readonly scales: Float32Array;
  readonly error: number;
}

function alternate(values: Float32Array, start: Float32Array): Fitted {
  let best: Fitted = { scales: start, error: Infinity };
  let scales = start;
  for (let round = 0; round <= mostRounds; round++) {
    const cells = tally(values, scales);
    const gain = best.error - cells.error;
    if (gain > 0) best = { scales, error: cells.error };
    if (!(gain > leastGain * cells.error)) break;
    scales = leastSquares(cells, scales);
  }
  return best;
}

/** What the signs of some scales make of the values: how many get each code, their sum, and the squared error. */
interface Cells {
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly error: number;
}

function tally(values: Float32Array, scales: Float32Array): Cells {
  const counts = new Float64Array(2 ** scales.length);
  const sums = new Float64Array(2 ** scales.length);
  let error = 0;
  for (const value of values) {
    let code = 0;
    let rest = value;
    for (let k = 0; k < scales.length; k++) {
      const positive = rest >= 0;
      if (positive) code |= 1 << k;
      rest = Math.fround(positive ? rest - (scales[k] as number) : rest + (scales[k] as number));
    }
    counts[code] = (counts[code] as number) + 1;
    sums[code] = (sums[code] as number) + value;
    error += rest * rest;
  }
  return { counts, sums, error };
}

/** The scales that fit the signs best, found in a few sweeps: β_k = mean of H_k · (x − the other planes). */
function leastSquares({ counts, sums }: Cells, start: Float32Array): Float32Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const planes = Array.from(start, (_, k) => ({
    cross: signedSum(sums, (code) => signOf(code, k)),
    overlap: Array.from(start, (_, other) =>
      signedSum(counts, (code) => signOf(code, k) * signOf(code, other)),
    ),
  }));
  const scales = Float64Array.from(start);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    planes.forEach(({ cross, overlap }, k) => {
      const others = overlap.reduce(
        (sum, share, other) => (other === k ? sum : sum + share * (scales[other] as number)),
        0,
      );
      scales[k] = (cross - others) / total;
    });
  }
  return Float32Array.from(scales, toFloat32);
}

/** The sum over all codes, each times its sign. */
function signedSum(byCode: Float64Array, sign: (code: number) => number): number {
  return byCode.reduce((sum, value, code) => sum + sign(code) * value, 0);
}

function signOf(code: number, plane: number): 1 | -1 {
  return ((code >> plane) & 1) === 1 ? 1 : -1;
}

/** Each scale half of the one before, as on an even grid. */
function ladder(values: Float32Array, order: number): Float32Array {
  const power = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return Float32Array.from({ length: order }, (_, k) => toFloat32(ladderTop * Math.sqrt(power) * 2 ** -k));
}
