import type { Batch, RunOutputs, SessionOptions } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import type { OnnxModel } from '../model/model.js';
import { checkBatches } from './check-batches.js';
import { feedsOf, requiredInputs } from './feeds.js';
import { floatsOf } from './floats-of.js';
import { openSession, runSession } from './open-session.js';
import type { OrtRuntime, OrtSession, OrtTensor } from './ort.js';
import { cancelled } from './each-batch.js';

/** A model in a runtime. */
export interface OpenModel {
  readonly name: string;
  readonly ort: OrtRuntime;
  readonly session: OrtSession;
  /** What batches give, with element types. */
  readonly required: ReadonlyMap<string, number>;
}

/** @throws LowbitError `runtime-failed` when the runtime refuses the model. */
export async function openModel(model: OnnxModel, bytes: Uint8Array, ort: OrtRuntime): Promise<OpenModel> {
  const { name } = model;
  return { name, ort, required: requiredInputs(model), session: await openSession(ort, bytes, name) };
}

/**
 * Runs an open model on every batch in turn and yields its outputs as floats.
 *
 * @param more Inputs that are the same for each batch.
 * @param want Names of which those of inputs are given too.
 * @throws LowbitError `calibration-invalid` for batches that do not fit the model, `runtime-failed`, `aborted`.
 */
export async function* runBatches(
  { name: where, ort, session, required }: OpenModel,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { signal }: SessionOptions = {},
  more: Readonly<Record<string, OrtTensor>> = {},
  want: readonly string[] = [],
): AsyncGenerator<RunOutputs> {
  checkBatches(batches);
  for await (const batch of batches) {
    stopIfAborted(signal, where, cancelled);
    const feeds = feedsOf(batch, required, ort);
    const outputs = await runSession(session, { ...feeds, ...more }, where);
    const inputs = Object.entries(feeds).filter(([name]) => want.includes(name));
    yield Object.fromEntries(
      [...Object.entries(outputs), ...inputs].map(([name, output]) => [
        name,
        {
          shape: output.dims,
          data: Float32Array.from(floatsOf(output, name)),
          ...(output.type.startsWith('float') ? {} : { isInteger: true as const }),
        },
      ]),
    );
  }
}
