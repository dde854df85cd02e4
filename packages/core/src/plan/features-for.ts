import { LowbitError } from '../errors/error.js';
import type { ModelPort } from '../contract/port.js';
import type { Recipe } from '../contract/recipe.js';
import type { Chosen } from '../plugin/choose.js';
import type { BitwidthPolicy, FeatureSet } from '../contract/policy.js';
import type { SessionOptions } from '../contract/events.js';
import { repeatable } from '../contract/repeatable-data.js';
import { defined } from '../contract/defined.js';

/**
 * The features that policies decide by, measured on the recipe's data; `undefined` where no policy needs them, somebody gives them, or the
 * no batch has labels. Where some have, the port tells of those that have none.
 *
 * @throws LowbitError `calibration-invalid` for a port that cannot run its model; `aborted`; the port's own errors.
 */
export async function featuresFor<M>(
  port: ModelPort<M>,
  { data, features }: Recipe,
  policies: readonly Chosen<BitwidthPolicy>[],
  { signal, onProgress }: SessionOptions,
): Promise<FeatureSet | undefined> {
  const isNeeded = policies.some(({ plugin }) => plugin.needs === 'features');
  if (!isNeeded || data === undefined || features !== undefined) return undefined;
  const { batches, some } = repeatable(data);
  if (!(await some(({ labels }) => labels !== undefined))) return undefined;
  if (port.features === undefined) throw cannotRun(port.name);
  return port.features(batches, {
    ...defined({ signal }),
    onProgress: (event) => onProgress?.({ ...event, phase: 'features' }),
  });
}

function cannotRun(name: string): LowbitError {
  return new LowbitError({
    code: 'calibration-invalid',
    where: 'data',
    expected: 'a model whose layers can be looked at while it runs',
    received: `one of the kind '${name}'`,
    remedy:
      'Give the port what runs the model, as in onnx(bytes, { ort }) or keras(file, { runner }) with runner of @lowbit/tfjs, or leave the labels out: the policy then decides without data.',
  });
}
