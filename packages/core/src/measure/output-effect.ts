import type { RunOutputs, RunTensor } from '../contract/model-run.js';
import { areProbabilities } from '../report/outputs.js';

/** How far the outputs of a changed model are off. */
export interface OutputEffect {
  /**
   * Mean over the float outputs: of probabilities of classes, the Kullback-Leibler divergence Σ p·log(p / q), nats, mean of the rows;
   * of others the mean squared error over the variance. 0 is none, and a million the most.
   */
  readonly effect: number;
  /** 10·log10(Σ a² / Σ (a − b)²) of the worst float output, decibels; `null` where nothing is off. Absent without one. */
  readonly sqnrDb?: number | null;
  /** What parts of the samples, up to 16, add to the effect: they sum up to it. Absent where there are fewer than 4 samples, or values broke. */
  readonly parts?: readonly number[];
}

/** The effect where values are NaN or infinite, or beyond all measure. */
const collapsed = 1e6;

/** Gathers the effect batch by batch. */
export interface EffectGatherer {
  add(original: RunOutputs, result: RunOutputs): void;
  finish(): OutputEffect;
}

/** Parts that samples are dealt into by turns. */
const mostParts = 16;
/** Of fewer samples nobody can say whether a difference is one by chance. */
const leastParts = 4;

/** @param classes Names of outputs that hold logits: they are made probabilities first. */
export function gatherEffect(classes: readonly string[] = []): EffectGatherer {
  const outputs = new Map<string, Parts>();
  return {
    add(original, result) {
      for (const [name, tensor] of Object.entries(original)) {
        if (tensor.isInteger === true) continue;
        const before = outputs.get(name) ?? { rows: 0, sums: [] };
        outputs.set(name, withTensor(before, tensor, result[name], classes.includes(name)));
      }
    },
    finish() {
      const all = [...outputs.values()].map((parts) => ({
        ...parts,
        total: parts.sums.reduce(added, noSums),
      }));
      const told = all.filter(({ total: { values, off, broken } }) => broken || values > 0 || off > 0);
      const effects = told.map(({ total }) => effectOf(total));
      const effect = Math.min(
        effects.reduce((sum, one) => sum + one / effects.length, 0),
        collapsed,
      );
      const least = Math.min(...told.map(({ total }) => decibelsOf(total)));
      const parts = partsOf(told, effects);
      return {
        effect,
        ...(told.length === 0 ? {} : { sqnrDb: least === Infinity ? null : least }),
        ...(parts === undefined ? {} : { parts }),
      };
    },
  };
}

/** What is known of one output, in a form that is added up. */
interface Sums {
  readonly values: number;
  readonly sum: number;
  /** Σ a², Σ (a − b)² */
  readonly signal: number;
  readonly off: number;
  /** Σ p·log(p / q) of all rows; not a number where values are no probabilities. */
  readonly divergence: number;
  readonly rows: number;
  /** The result lacks it, has it in another shape, or with values that are no longer finite. */
  readonly broken: boolean;
}

const noSums: Sums = { values: 0, sum: 0, signal: 0, off: 0, divergence: 0, rows: 0, broken: false };

const added = (one: Sums, other: Sums): Sums => ({
  values: one.values + other.values,
  sum: one.sum + other.sum,
  signal: one.signal + other.signal,
  off: one.off + other.off,
  divergence: one.divergence + other.divergence,
  rows: one.rows + other.rows,
  broken: one.broken || other.broken,
});

/** One output, by samples. */
interface Parts {
  /** Samples so far. */
  readonly rows: number;
  readonly sums: readonly Sums[];
}

/** With a batch: its samples are the indices of the first axis, where that is not the axis of classes. */
function withTensor(
  { rows, sums }: Parts,
  original: RunTensor,
  result: RunTensor | undefined,
  isLogits: boolean,
): Parts {
  const isSame = result?.shape.join() === original.shape.join();
  const count = isSame && original.shape.length > 1 ? Math.max(original.shape[0], 1) : 1;
  const size = original.data.length / count;
  const now = [...sums];
  for (let i = 0; i < count; i++) {
    const at = (rows + i) % mostParts;
    const before = now[at] ?? noSums;
    const part = ({ data }: RunTensor) => data.subarray(i * size, (i + 1) * size);
    now[at] = isSame
      ? sumsOf(before, part(original), part(result), { width: original.shape.at(-1) ?? 1, isLogits })
      : { ...before, broken: true };
  }
  return { rows: rows + count, sums: now };
}

function sumsOf(
  before: Sums,
  original: Float32Array,
  result: Float32Array,
  { width, isLogits }: { readonly width: number; readonly isLogits: boolean },
): Sums {
  let { values, sum, signal, off, broken } = before;
  for (let i = 0; i < original.length; i++) {
    const a = original[i];
    const b = result[i];
    if (!Number.isFinite(a)) continue;
    broken ||= !Number.isFinite(b);
    values++;
    sum += a;
    signal += a * a;
    off += (a - b) ** 2;
  }
  const isClasses = width > 1 && (isLogits || areProbabilities(original, width));
  const divergence = before.divergence + (isClasses ? divergenceOf(original, result, width, isLogits) : NaN);
  return { values, sum, signal, off, divergence, rows: before.rows + original.length / width, broken };
}

/** What each part of the samples adds to the effect; `undefined` where there are too few samples, or all is lost. */
function partsOf(
  told: readonly (Parts & { readonly total: Sums })[],
  effects: readonly number[],
): readonly number[] | undefined {
  const count = Math.min(...told.map(({ sums }) => sums.length));
  if (!(count >= leastParts && count <= mostParts) || effects.some((effect) => effect >= collapsed))
    return undefined;
  const shareOf = ({ off, divergence }: Sums, total: Sums): number => {
    const isDivergence = !Number.isNaN(total.divergence);
    const whole = isDivergence ? total.divergence : total.off;
    return whole === 0 ? 0 : (isDivergence ? divergence : off) / whole;
  };
  return Array.from({ length: mostParts }, (_, at) =>
    told.reduce((sum, { sums, total }, output) => {
      const own = sums[at];
      return sum + (own === undefined ? 0 : (shareOf(own, total) * effects[output]) / told.length);
    }, 0),
  ).slice(0, Math.max(...told.map(({ sums }) => sums.length)));
}

function effectOf({ values, sum, signal, off, divergence, rows, broken }: Sums): number {
  if (broken) return collapsed;
  if (!Number.isNaN(divergence)) return Math.min(Math.max(divergence / rows, 0), collapsed);
  if (off === 0) return 0;
  const spread = signal - (sum * sum) / values;
  return spread > 0 ? Math.min(off / spread, collapsed) : collapsed;
}

function decibelsOf({ signal, off, broken }: Sums): number {
  if (broken) return -999;
  return off === 0 ? Infinity : Math.max(10 * Math.log10(signal / off), -999);
}

/** What is added to probabilities, so that none is 0. */
const leastProbability = 1e-9;

/** Σ p·log(p / q) over rows of this many classes. */
function divergenceOf(p: Float32Array, q: Float32Array, width: number, isLogits: boolean): number {
  const [first, second] = [new Float64Array(width), new Float64Array(width)];
  let sum = 0;
  for (let from = 0; from < p.length; from += width) {
    fillProbabilities(first, p, from, isLogits);
    fillProbabilities(second, q, from, isLogits);
    for (let i = 0; i < width; i++) sum += first[i] * Math.log(first[i] / second[i]);
  }
  return sum;
}

/** Writes a row that starts somewhere as probabilities above 0 that add up to 1. Plain loops: rows of texts have thousands of classes. */
function fillProbabilities(row: Float64Array, values: Float32Array, from: number, isLogits: boolean): void {
  let most = -Infinity;
  if (isLogits) for (let i = 0; i < row.length; i++) most = Math.max(most, values[from + i]);
  let total = 0;
  for (let i = 0; i < row.length; i++) {
    const value = values[from + i];
    row[i] = (isLogits ? Math.exp(value - most) : Math.max(value, 0)) + leastProbability;
    total += row[i];
  }
  for (let i = 0; i < row.length; i++) row[i] /= total;
}
