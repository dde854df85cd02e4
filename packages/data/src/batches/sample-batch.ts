import type { Batch } from '@lowbit/core';
import { labelsOf, type LabelValues } from '@lowbit/core/adapter';
import { isFixed, type CalibrationInput } from '../input/options.js';
import type { InputValues } from './row-data.js';

/** A batch before labels are put to it. */
export interface SampleBatch {
  readonly inputs: Readonly<Record<string, InputValues>>;
  /** Samples in it. */
  readonly samples: number;
  /** Number of its first sample, counted from 0 over all that is read. */
  readonly first: number;
  /** Labels that stood beside the data. */
  readonly labels?: Batch['labels'];
}

/**
 * The first `count` samples of a batch, or undefined when the model does not take fewer at once, because a
 * first axis is fixed or an input has none.
 */
export function firstSamples(
  batch: SampleBatch,
  count: number,
  inputs: readonly CalibrationInput[],
): SampleBatch | undefined {
  const divisible = inputs.every(
    ({ name, shape }) =>
      shape.length > 0 && !isFixed(shape[0]) && batch.inputs[name]?.shape[0] === batch.samples,
  );
  if (!divisible) return undefined;
  const cut = Object.entries(batch.inputs).map(([name, values]) => [name, firstRows(values, count)] as const);
  const labels = batch.labels === undefined ? {} : { labels: firstLabels(batch.labels, count) };
  return { ...batch, inputs: Object.fromEntries(cut), samples: count, ...labels };
}

type Labels = NonNullable<Batch['labels']>;

function firstLabels(labels: Labels, count: number): Labels {
  const found = labelsOf({ labels }, { code: 'calibration-invalid', where: 'a batch' });
  if (!(found instanceof Map)) return firstValues(found as LabelValues, count);
  const all = [...(found as ReadonlyMap<string, LabelValues>)];
  return Object.fromEntries(all.map(([name, values]) => [name, firstValues(values, count)]));
}

function firstValues({ shape: [rows = 1, ...rest], data }: LabelValues, count: number) {
  const values = Array.from(data).slice(0, (data.length / rows) * count);
  return rest.length === 0 ? values : { shape: [count, ...rest], data: values };
}

function firstRows({ shape, data }: InputValues, count: number): InputValues {
  const [rows, ...rest] = shape as readonly [number, ...number[]];
  return { shape: [count, ...rest], data: data.slice(0, (data.length / rows) * count) };
}
