import type { Calibration } from '../calibration/site-statistics.js';
import { checkBatches } from '../contract/check-batches.js';
import { checkPort } from '../contract/check-port.js';
import { type SessionOptions, sessionTypes } from '../contract/events.js';
import type { Batch } from '../contract/model-run.js';
import type { ModelPort } from '../contract/port.js';
import { repeatable } from '../contract/repeatable-data.js';
import { checkOptions, optionTypes } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import { noBatch } from './first-samples.js';
import { observedInTurn } from './observed-in-turn.js';

export interface InputStatisticsOptions extends SessionOptions {
  /** Ids of the weights. Default: all of the model. */
  readonly weights?: readonly string[];
}

/**
 * Statistics of what weights are multiplied with in the model as it is, for rounders and biases: given as `calibration`, or stored by
 * `storeStatistics` for another time. The model runs when they are read, once for as many weights as memory bears.
 *
 * @throws LowbitError `invalid-argument`; `calibration-missing` for a port that cannot tell; `calibration-invalid` without a batch; while
 *   reading `aborted`, and the port's own errors.
 * @example
 * const calibration = await inputStatistics(onnx(bytes, { ort }), batches);
 * const { model } = await quantize(onnx(bytes), { registry, bits: 4, calibration });
 */
export async function inputStatistics<M>(
  port: ModelPort<M>,
  given: Iterable<Batch> | AsyncIterable<Batch>,
  options: InputStatisticsOptions = {},
): Promise<Calibration> {
  checkPort(port);
  checkBatches(given, 'inputStatistics(port, batches)');
  checkOptions(options, { ...sessionTypes, weights: optionTypes.texts }, 'inputStatistics');
  if (port.observeInputs === undefined) throw cannotTell(port.name);
  const own = (await port.layers()).flatMap(({ weights }) => weights);
  const byId = new Map(own.map((weight) => [weight.id, weight]));
  const ids = options.weights ?? [...byId.keys()];
  const weights = [...new Set(ids)].map((id) => byId.get(id) ?? unknownWeight(id, [...byId.keys()]));
  const { batches } = repeatable(given);
  const count = await countOf(batches);
  if (count === 0) throw noBatch('batches');
  return {
    format: 'lowbit-calibration',
    version: 1,
    port: port.name,
    batches: count,
    sites: {},
    inputs: { weights: weights.map(({ id }) => id), read: observedInTurn(port, weights, batches, options) },
  };
}

async function countOf(batches: AsyncIterable<Batch>): Promise<number> {
  const all = batches[Symbol.asyncIterator]();
  let count = 0;
  while ((await all.next()).done !== true) count++;
  return count;
}

function unknownWeight(id: string, ids: readonly string[]): never {
  throw new LowbitError({
    code: 'invalid-argument',
    where: 'inputStatistics: weights',
    expected: 'ids of weights of the model',
    received: `'${id}'`,
    ...suggestName(String(id), ids),
  });
}

const cannotTell = (name: string): LowbitError =>
  new LowbitError({
    code: 'calibration-missing',
    where: 'inputStatistics(port)',
    expected: 'a port that can tell the inputs of weights',
    received: `a port '${name}' that cannot`,
    remedy:
      'Give the port what runs the model – onnx(bytes, { ort }), keras(file, { runner }), graphModel(source, { running }); tfjs(model) can.',
  });
