import type { SessionOptions } from '../contract/events.js';
import type { LayerSeparability, MeasuredItem } from '../contract/measurements.js';
import type { Batch } from '../contract/model-run.js';
import type { ModelPort } from '../contract/port.js';
import type { RepeatableData } from '../contract/repeatable-data.js';
import { defined } from '../contract/defined.js';
import { isLowbitError } from '../errors/error.js';
import { traceRatio } from '../measure/trace-ratio.js';
import { firstSamples } from './first-samples.js';

/** Samples whose features are looked at, whole batches: they are all in memory. */
const mostSamples = 512;

/**
 * How well the features after each layer with a measured weight separate the classes, by depth. `undefined` where the port cannot tell
 * features, where a batch of the first has no labels, and for labels that are no class of each sample: nothing is decided by it.
 *
 * @throws LowbitError `aborted`; the port's own errors.
 */
export async function separabilityByDepth<M>(
  port: ModelPort<M>,
  data: RepeatableData | undefined,
  items: readonly MeasuredItem[],
  { signal, onProgress }: SessionOptions,
): Promise<readonly LayerSeparability[] | undefined> {
  if (data === undefined || port.features === undefined) return undefined;
  const { part } = await firstSamples(data.batches, mostSamples);
  if (part.length === 0 || part.some(({ labels }: Batch) => labels === undefined)) return undefined;
  try {
    const { labels, layers } = await port.features(part, {
      ...defined({ signal }),
      onProgress: (event) => onProgress?.({ ...event, phase: 'features' }),
    });
    return [...new Set(items.map(({ layer }) => layer))].flatMap((layer) => {
      const features = layers.get(layer);
      return features === undefined ? [] : [{ layer, value: traceRatio(features, labels) }];
    });
  } catch (error) {
    if (isLowbitError(error) && ['calibration-invalid', 'non-finite'].includes(error.code)) return undefined;
    throw error;
  }
}
