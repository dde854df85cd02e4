import { labelsOf } from '../contract/labels.js';
import type { Batch, LabelValues, RunOutputs } from '../contract/model-run.js';
import type { Metric } from '../contract/policy.js';
import { LowbitError } from '../errors/error.js';
import { classOutputs, labelUse } from '../report/label-use.js';
import { areProbabilities } from '../report/outputs.js';
import { countEqual, topClasses } from '../report/top-classes.js';

/** What the outputs are worth for a task; larger is better. */
export interface TaskValue {
  /** Of the metric, the mean of the samples; or the part of the labels that are named first, in points (0 … 100). */
  readonly value: number;
  /** Mean −log of the probability of the label, nats. Absent for a metric. */
  readonly crossEntropy?: number;
}

export interface TaskGatherer {
  add(outputs: RunOutputs, batch: Batch, samples: number): void;
  finish(): TaskValue | undefined;
}

/** Gathers the value of a metric batch by batch, each weighted by its samples. */
export function gatherMetric(metric: Metric): TaskGatherer {
  let [sum, count] = [0, 0];
  return {
    add(outputs, batch, samples) {
      const value = metric(outputs, batch);
      if (!Number.isFinite(value)) throw noValue(value);
      sum += value * samples;
      count += samples;
    },
    finish: () => (count === 0 ? undefined : { value: sum / count }),
  };
}

/** Gathers how often the classes of labels have the highest score, over all outputs that labels are classes of. `undefined` without one. */
export function gatherLabels(): TaskGatherer {
  let [right, entropy, rows] = [0, 0, 0];
  let number = 0;
  return {
    add(outputs, batch) {
      const where = `batch ${++number}`;
      const takers = (given: LabelValues) => classOutputs(outputs, given);
      const place = { code: 'calibration-invalid', where, outputs: Object.keys(outputs), takers } as const;
      const labels = labelsOf(batch, place);
      if (labels === undefined) return;
      for (const [name, { shape, data, isInteger }] of Object.entries(outputs)) {
        const own = labels instanceof Map ? (labels as ReadonlyMap<string, LabelValues>).get(name) : labels;
        if (own === undefined || isInteger === true) continue;
        const use = labelUse({ type: 'float32', declared: null, shape }, own as LabelValues);
        if (use?.by !== 'classes') continue;
        right += countEqual(topClasses(data, use.size), use.labels);
        entropy -= logProbabilities(data, use.size, use.labels);
        rows += use.size.rows;
      }
    },
    finish: () => (rows === 0 ? undefined : { value: (100 * right) / rows, crossEntropy: entropy / rows }),
  };
}

/** Probabilities below this are taken as this, so that one sample does not count beyond all others. */
const leastProbability = 1e-7;

/** Sum over the rows of the logarithm of the label's probability, where scores are no probabilities after a softmax. */
function logProbabilities(
  data: Float32Array,
  { rows, classes, after }: { readonly rows: number; readonly classes: number; readonly after: number },
  labels: ArrayLike<number>,
): number {
  const isProbable = after === 1 && areProbabilities(data, classes);
  let sum = 0;
  for (let at = 0; at < rows; at++) {
    const start = Math.floor(at / after) * classes * after + (at % after);
    const row = Array.from({ length: classes }, (_, i) => data[start + i * after]);
    const most = isProbable ? 0 : Math.max(...row);
    const scores = isProbable ? row : row.map((score) => Math.exp(score - most));
    const total = isProbable ? 1 : scores.reduce((all, score) => all + score, 0);
    sum += Math.log(Math.max((scores[labels[at]] ?? 0) / total, leastProbability));
  }
  return sum;
}

function noValue(received: unknown): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'metric(outputs, batch)',
    expected: 'a finite number, larger is better',
    received: String(received),
  });
}
