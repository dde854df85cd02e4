import type { Batch, Calibration, ObserveOptions } from '@lowbit/core';
import { checkPortOptions } from '@lowbit/core/adapter';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describeSites } from '../describe/describe-sites.js';
import { surveyModel } from '../model/survey.js';
import { layerCalls } from './layer-calls.js';
import { observeTensor } from './observe-tensor.js';
import { visitBatches } from './visit-batches.js';

/**
 * Runs the model on every batch and gathers statistics of the inputs of its layers, in bounded memory. The model computes as
 * ever.
 *
 * @throws LowbitError `invalid-argument` for batches that do not fit the model, `calibration-invalid` when there are none,
 *   `aborted`.
 */
export async function observe(
  model: LayersModel,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: ObserveOptions = {},
): Promise<Calibration> {
  const calls = layerCalls();
  const offered = surveyModel(model).flatMap(({ id, layer }) =>
    describeSites(id, layer).map((site) => ({ id: site.id, layer })),
  );
  checkPortOptions(
    'observe',
    options,
    offered.map(({ id }) => id),
  );
  const observers = offered
    .filter(({ id }) => options.sites?.includes(id) ?? true)
    .map(({ id, layer }) => ({ id, layer, observer: observeTensor(id, options) }));
  // A layer that two models share has a site in each.
  for (const { layer } of observers) {
    const own = observers.filter((one) => one.layer === layer);
    calls.change(layer, {
      around(inputs, call) {
        const input = Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs;
        for (const { observer } of own) observer.add(input);
        return call(inputs);
      },
    });
  }
  try {
    const count = await visitBatches(model, batches, options, () => undefined);
    const statistics = observers.map(({ id, observer }) => [id, observer.finish()] as const);
    return {
      format: 'lowbit-calibration',
      version: 1,
      port: 'tfjs',
      batches: count,
      sites: Object.fromEntries(statistics),
    };
  } finally {
    calls.restore();
  }
}
