import { LowbitError, type Batch, type RunOutputs, type RunTensor } from '@lowbit/core';
import { labelsOf, type LabelValues, strangeLabel } from '@lowbit/core/adapter';
import { distinctNames } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { haveLosses, lossNames } from '../model/internals.js';

/**
 * The batch's labels as the model's losses want them, a tensor of the output's rank for each output: values of the output's shape as they
 * are; without its last axis they are classes there, or the values themselves where that axis has one place. An output without a loss
 * takes none, and zeros stand for them; labels without a name are of the one output that has a loss. The caller disposes the tensors.
 *
 * @param outputs What the model gives for the batch.
 * @param where `batch 2`
 * @throws LowbitError `invalid-argument` for a batch without labels, or with others than the outputs take.
 */
export function batchLabels(
  model: LayersModel,
  batch: Batch,
  outputs: RunOutputs,
  where: string,
): tf.Tensor[] {
  const names = distinctNames(model.outputNames);
  const labels = labelsOf(batch, { code: 'invalid-argument', where, outputs: names });
  if (labels === undefined)
    throw invalid(`${where}: labels`, 'labels of every batch', 'none', withoutBatches);
  const losses = lossNames(model);
  const takes = haveLosses(model);
  const takers = names.filter((_, i) => takes[i]);
  const isNamed = labels instanceof Map;
  const all = names.map((name, i): Wanted | undefined => {
    if (!takes[i]) return undefined;
    const values = isNamed ? (labels as ReadonlyMap<string, LabelValues>).get(name) : (labels as LabelValues);
    if (values === undefined || (!isNamed && takers.length > 1)) throw notEach(where, takers, labels);
    const isSparse = losses[i]?.startsWith('sparse') === true;
    const place =
      takers.length === 1 && !isNamed ? `${where}: labels` : `${where}: labels of output '${name}'`;
    return { values, output: outputs[name] as RunTensor, isSparse, where: place };
  });
  for (const each of all) if (each !== undefined) checkFits(each);
  return all.map((each, i) => (each ? tensorOf(each) : tf.zeros([...outputs[names[i]!]!.shape])));
}

/** Labels, and the output of the model that they are for. */
interface Wanted {
  readonly values: LabelValues;
  readonly output: RunTensor;
  /** Whether the loss takes numbers of classes. */
  readonly isSparse: boolean;
  readonly where: string;
}

const withoutBatches = 'Give every batch labels, or train without batches.';

const isSame = (a: readonly number[], b: readonly number[]) => a.join() === b.join();

/** Whether labels are of the output's shape, rather than classes along its last axis. */
function isWhole({ values, output }: Wanted): boolean {
  return isSame(values.shape, output.shape);
}

function checkFits(wanted: Wanted): void {
  const { values, output, isSparse, where } = wanted;
  const classes = output.shape.at(-1) ?? 1;
  const own = output.shape.slice(0, -1);
  const isClasses = isSame(values.shape, own) || (isSparse && isSame(values.shape, [...own, 1]));
  const isValues = isWhole(wanted) && (!isSparse || classes === 1);
  if (!isClasses && !isValues) throw otherShape(wanted, own);
  if (classes > 1 && isClasses) checkClasses(wanted, classes);
  const infinite = Array.from(values.data).findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (infinite >= 0)
    throw invalid(
      `${where}, at value ${infinite}`,
      'finite numbers',
      String(values.data[infinite]),
      'Remove this sample, or give a finite number in place of this value.',
    );
}

function checkClasses({ values, where }: Wanted, classes: number): void {
  const strange = strangeLabel(values.data, classes);
  if (strange === undefined) return;
  const { expected, received, remedy, place } = strange;
  throw invalid(`${where}, at ${place}`, expected, received, remedy);
}

function tensorOf(wanted: Wanted): tf.Tensor {
  const { values, output, isSparse } = wanted;
  const classes = output.shape.at(-1) ?? 1;
  const numbers = Float32Array.from(values.data);
  if (isWhole(wanted)) return tf.tensor(numbers, [...output.shape]);
  const own = output.shape.slice(0, -1);
  if (isSparse || classes === 1) return tf.tensor(numbers, [...own, 1]);
  return tf.tidy(() => {
    const ones = tf.oneHot(tf.tensor1d(Int32Array.from(values.data), 'int32'), classes);
    return tf.reshape(tf.cast(ones, 'float32'), [...output.shape]);
  });
}

function otherShape({ values, output, isSparse, where }: Wanted, own: readonly number[]): LowbitError {
  const whole = isSparse ? [] : [`[${output.shape.join(', ')}], the output's`];
  const classes = (output.shape.at(-1) ?? 1) > 1 ? `[${own.join(', ')}], of classes` : `[${own.join(', ')}]`;
  return invalid(
    where,
    `values of the shape ${[...whole, classes].join(', or ')}`,
    `the shape [${values.shape.join(', ')}]`,
    'Give { shape, data }, row-major, with as many samples as the inputs have.',
  );
}

function notEach(
  where: string,
  names: readonly string[],
  labels: LabelValues | ReadonlyMap<string, LabelValues>,
): LowbitError {
  const received =
    labels instanceof Map ? `labels of ${[...labels.keys()].join(', ')}` : 'labels without names';
  const example = names.map((name) => `${JSON.stringify(name)}: …`).join(', ');
  return invalid(
    `${where}: labels`,
    `labels of each output that has a loss: ${names.join(', ')}`,
    received,
    `Give labels: { ${example} }.`,
  );
}

function invalid(where: string, expected: string, received: string, remedy?: string): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where,
    expected,
    received,
    ...(remedy !== undefined && { remedy }),
  });
}
