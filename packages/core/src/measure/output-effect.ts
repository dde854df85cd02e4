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
}

/** The effect where values are NaN or infinite, or beyond all measure. */
const collapsed = 1e6;

/** Gathers the effect batch by batch. */
export interface EffectGatherer {
  add(original: RunOutputs, result: RunOutputs): void;
  finish(): OutputEffect;
}

/** @param classes Names of outputs that hold logits: they are made probabilities first. */
export function gatherEffect(classes: readonly string[] = []): EffectGatherer {
  const outputs = new Map<string, Sums>();
  return {
    add(original, result) {
      for (const [name, tensor] of Object.entries(original)) {
        if (tensor.isInteger === true) continue;
        const before = outputs.get(name) ?? noSums;
        outputs.set(name, sumsOf(before, tensor, result[name], classes.includes(name)));
      }
    },
    finish() {
      const told = [...outputs.values()].filter(({ values, off, broken }) => broken || values > 0 || off > 0);
      const effects = told.map(effectOf);
      const effect = effects.reduce((sum, one) => sum + one / effects.length, 0);
      const decibels = told.map(decibelsOf);
      const least = Math.min(...decibels);
      return {
        effect: Math.min(effect, collapsed),
        ...(told.length === 0 ? {} : { sqnrDb: least === Infinity ? null : least }),
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

function sumsOf(before: Sums, original: RunTensor, result: RunTensor | undefined, isLogits: boolean): Sums {
  if (result?.shape.join() !== original.shape.join()) return { ...before, broken: true };
  let { values, sum, signal, off, broken } = before;
  for (let i = 0; i < original.data.length; i++) {
    const [a, b] = [original.data[i], result.data[i]];
    if (!Number.isFinite(a)) continue;
    broken ||= !Number.isFinite(b);
    values++;
    sum += a;
    signal += a * a;
    off += (a - b) ** 2;
  }
  const width = original.shape.at(-1) ?? 1;
  const isClasses = width > 1 && (isLogits || areProbabilities(original.data, width));
  const divergence =
    before.divergence + (isClasses ? divergenceOf(original.data, result.data, width, isLogits) : NaN);
  const rows = before.rows + original.data.length / width;
  return { values, sum, signal, off, divergence, rows, broken };
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
  let sum = 0;
  for (let from = 0; from < p.length; from += width) {
    const [first, second] = [p, q].map((all) => row(all.subarray(from, from + width), isLogits));
    for (let i = 0; i < width; i++) sum += first[i] * Math.log(first[i] / second[i]);
  }
  return sum;
}

/** A row as probabilities above 0 that add up to 1. */
function row(values: Float32Array, isLogits: boolean): Float64Array {
  const most = values.reduce((one, other) => Math.max(one, other), -Infinity);
  const positive = Float64Array.from(
    values,
    (value) => (isLogits ? Math.exp(value - most) : Math.max(value, 0)) + leastProbability,
  );
  const total = positive.reduce((sum, value) => sum + value, 0);
  return positive.map((value) => value / total);
}
