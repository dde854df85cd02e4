import { LowbitError, type Batch, type RunOutputs, type RunTensor } from '@lowbit/core';
import { distinctNames } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { compiledLoss, haveLosses } from '../model/internals.js';
import { batchInputs, batchSize } from '../observe/batch-tensors.js';
import { runModel } from '../observe/run.js';
import { batchLabels } from './batch-labels.js';

/**
 * The mean loss over all samples of the batches, of what the model gives with some weights replaced; the model must be compiled. Of several
 * outputs it is the sum of their losses; one without a loss does not count.
 *
 * @param replace Values of weights by id, row-major.
 * @throws LowbitError `invalid-argument` for batches without labels, or labels that the model's loss does not take.
 */
export async function lossOn(
  model: LayersModel,
  batches: readonly Batch[],
  replace: ReadonlyMap<string, Float32Array>,
): Promise<number> {
  let [sum, samples, at] = [0, 0, 0];
  for await (const outputs of runModel(model, batches, { replace })) {
    const batch = batches[at++] as Batch;
    const size = batchSize(batch);
    sum += size * (await lossOfBatch(model, batch, outputs, `batch ${at}`));
    samples += size;
  }
  return samples === 0 ? 0 : sum / samples;
}

async function lossOfBatch(
  model: LayersModel,
  batch: Batch,
  outputs: RunOutputs,
  where: string,
): Promise<number> {
  const loss = tf.tidy(() => {
    const labels = batchLabels(model, batch, outputs, where);
    const total = checked(where, () => totalLoss(model, batch, labels, outputs));
    const size = batchSize(batch);
    // Evaluating a model weighs each batch so: the same float32 numbers.
    return tf.div(tf.mul(size, total), size);
  });
  try {
    const [value] = await loss.data();
    return value as number;
  } finally {
    loss.dispose();
  }
}

/** The mean loss of each output, added up in the order in which TensorFlow.js adds them. */
function totalLoss(model: LayersModel, batch: Batch, labels: tf.Tensor[], outputs: RunOutputs): tf.Tensor {
  const compiled = compiledLoss(model);
  const [only = labels] = labels.length === 1 ? labels : [];
  compiled.standardizeUserDataXY(batchInputs(model, batch), only, true);
  const takes = haveLosses(model);
  const means = distinctNames(model.outputNames).flatMap((name, i) => {
    if (!takes[i]) return [];
    const { shape, data } = outputs[name] as RunTensor;
    return tf.mean(compiled.lossFunctions[i]!(labels[i]!, tf.tensor(data, [...shape])));
  });
  return means.reduce((total, mean) => tf.add(total, mean));
}

/** Words what TensorFlow.js throws about labels. */
function checked<R>(where: string, work: () => R): R {
  try {
    return work();
  } catch (cause) {
    throw new LowbitError(
      {
        code: 'invalid-argument',
        where: `${where}: labels`,
        expected: 'labels that the loss of the model takes',
        received: cause instanceof Error ? cause.message : String(cause),
        remedy: 'Train without batches; a schedule then orders by what it knows of the weights.',
      },
      { cause },
    );
  }
}
