import type { Batch, FeatureSet, SessionOptions } from '@lowbit/core';
import { checkPortOptions, classLabels } from '@lowbit/core/adapter';
import { distinctNames } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { describeLayer } from '../describe/describe-layer.js';
import { surveyModel } from '../model/survey.js';
import { batchSize } from './batch-tensors.js';
import { layerCalls } from './layer-calls.js';
import { visitBatches } from './visit-batches.js';

/**
 * The outputs of every layer with weights for labelled samples, averaged over space and time: one row of channels a sample.
 *
 * @throws LowbitError `calibration-invalid` for batches without a class for each sample, or when there are none; `aborted`.
 */
export async function features(
  model: LayersModel,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: SessionOptions = {},
): Promise<FeatureSet> {
  checkPortOptions('features', options);
  const calls = layerCalls();
  const labels: number[] = [];
  const rows = new Map<string, Float32Array[]>();
  const weighted = surveyModel(model).filter(
    (entry, depth) => describeLayer(entry, depth).weights.length > 0,
  );
  for (const { id } of weighted) rows.set(id, []);
  // A layer that two models share is one of each.
  for (const entry of weighted) {
    const ids = weighted.filter(({ layer }) => layer === entry.layer).map(({ id }) => id);
    calls.change(entry.layer, {
      around(inputs, call) {
        const result = call(inputs);
        const values = pooled(result, entry.layer);
        for (const id of ids) rows.get(id)?.push(values);
        return result;
      },
    });
  }
  try {
    const outputs = distinctNames(model.outputNames);
    await visitBatches(model, batches, options, (batch, number) => {
      const classes = classLabels(batch, [batchSize(batch)], { where: `batch ${number}`, outputs });
      for (const label of classes) labels.push(label);
    });
  } finally {
    calls.restore();
  }
  const samples = labels.length;
  const layers = [...rows].map(([id, parts]) => {
    const values = joined(parts);
    return [id, { dimensions: values.length / samples, values }] as const;
  });
  return { labels, layers: new Map(layers) };
}

/** `[batch, channels]`, row-major. */
function pooled(result: tf.Tensor | tf.Tensor[], layer: layers.Layer): Float32Array {
  const output = Array.isArray(result) ? (result[0] as tf.Tensor) : result;
  const isFirst = (layer as { dataFormat?: string }).dataFormat === 'channelsFirst';
  const channel = isFirst && output.rank > 2 ? 1 : output.rank - 1;
  const axes = output.shape.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== channel);
  return tf.mean(output, axes).dataSync<'float32'>().slice();
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
