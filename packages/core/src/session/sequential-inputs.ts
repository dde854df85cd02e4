import type { InputsOfWeight } from '../calibration/input-statistics.js';
import { defined } from '../contract/defined.js';
import type { QuantizeOptions } from '../contract/events.js';
import type { InputCapture } from '../contract/observed-inputs.js';
import type { ModelPort } from '../contract/port.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { LowbitError } from '../errors/error.js';
import { stopIfAborted } from '../errors/stop-if-aborted.js';
import type { CaptureReport } from '../report/report.js';
import { decode } from '../scheme/decode.js';
import type { QuantizedTensor } from '../scheme/types.js';
import type { MeasuredInputs } from './observe-data.js';
import { noBatch } from './first-samples.js';
import { inputsIn } from './observed-in-turn.js';
import { asksInputs } from './rounding-inputs.js';

/** Inputs of weights in a network in which those before are quantized already. */
export interface SequentialInputs {
  /** To be asked before the weight is quantized. */
  of(own: ResolvedEntry): Promise<InputsOfWeight>;
  /** The weight has the values of these codes from now on. @param shift What its bias takes off. */
  quantized(own: ResolvedEntry, tensor: QuantizedTensor, shift?: Float32Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * How inputs of weights are seen; `undefined` where nothing looks at them.
 *
 * @throws LowbitError `calibration-missing` where sequential inputs were asked for, of a port that cannot, or without data.
 */
export async function captureWay<M>(
  port: ModelPort<M>,
  entries: readonly ResolvedEntry[],
  { calibration, data }: Pick<MeasuredInputs, 'calibration' | 'data'>,
  capture: QuantizeOptions['capture'],
): Promise<CaptureReport | undefined> {
  const isStored = calibration?.inputs !== undefined;
  if (!entries.some(asksInputs) || (data === undefined && !isStored)) return undefined;
  if (capture === 'once') return { way: 'once', reason: 'as was asked for' };
  if (isStored && capture === undefined)
    return { way: 'once', reason: 'stored statistics are of the model as it was' };
  if (data === undefined) throw ofTheModelAsItWas();
  const why = (await port.whyOnce?.()) ?? (port.captureInputs ? undefined : 'it does not run in parts');
  if (why === undefined)
    return { way: 'sequential', reason: capture === undefined ? 'the default' : 'as was asked for' };
  if (capture === 'sequential') throw notInParts(port.name, why);
  return { way: 'once', reason: why };
}

/**
 * `undefined` where weights are to see the inputs of the model as it was.
 *
 * @throws LowbitError as {@link captureWay}; `calibration-invalid` without a batch.
 */
export async function sequentialInputs<M>(
  port: ModelPort<M>,
  entries: readonly ResolvedEntry[],
  measured: Pick<MeasuredInputs, 'calibration' | 'data'>,
  { capture, signal }: QuantizeOptions,
): Promise<SequentialInputs | undefined> {
  const { data } = measured;
  const { way } = (await captureWay(port, entries, measured, capture)) ?? {};
  if (way !== 'sequential' || data === undefined) return undefined;
  if (!(await data.some(() => true))) throw noBatch('data');
  const weights = entries.map(({ weight }) => weight.id);
  const biases = entries.filter(({ corrects }) => corrects === true).map(({ weight }) => weight.id);
  let started: Promise<InputCapture> | undefined;
  const start = () =>
    (started ??= (port.captureInputs as NonNullable<typeof port.captureInputs>)(data.batches, {
      weights,
      ...(biases.length === 0 ? {} : { biases }),
      ...defined({ signal }),
    }));
  return {
    async of(own) {
      if (!asksInputs(own)) return {};
      const { id } = own.weight;
      const known = await (await start()).inputs([id]);
      stopIfAborted(signal, 'observe');
      return inputsIn(known, id);
    },
    async quantized({ weight }, tensor, shift) {
      (await start()).set(weight.id, decode(tensor), shift);
    },
    close: async () => (await started)?.close(),
  };
}

const ofTheModelAsItWas = (): LowbitError =>
  new LowbitError({
    code: 'calibration-missing',
    where: "option 'capture'",
    expected: 'data, on which each weight sees what those before give as they are quantized',
    received: 'stored statistics, which are of the model as it was',
    remedy: "Give data in the place of the statistics, or leave capture out, or give 'once'.",
  });

const notInParts = (name: string, why: string): LowbitError =>
  new LowbitError({
    code: 'calibration-missing',
    where: "option 'capture'",
    expected: "a model that runs in parts, to give 'sequential'",
    received: `one of the port '${name}': ${why}`,
    remedy: "Leave capture out, or give 'once': weights see the inputs of the model as it was.",
  });
