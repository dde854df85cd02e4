import { stopIfAborted, type Batch, type SessionOptions } from '@lowbit/core';
import type { OnnxModel } from '../read/model.js';
import { checkBatches } from './check-batches.js';
import { feedsOf, requiredInputs } from './feeds.js';
import { floatsOf } from './floats-of.js';
import { openSession, runSession } from './open-session.js';
import type { OrtRuntime } from './ort.js';
import { cancelled } from './each-batch.js';

/** The outputs of one batch by name, in copies of their own. */
export type RunOutputs = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
>;

/**
 * Runs the model on every batch in turn and yields its outputs as floats.
 *
 * @throws LowbitError `calibration-invalid` for batches that do not fit the model, `runtime-failed`, `aborted`.
 */
export async function* runModel(
  model: OnnxModel,
  bytes: Uint8Array,
  ort: OrtRuntime,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { signal }: SessionOptions = {},
): AsyncGenerator<RunOutputs> {
  checkBatches(batches);
  const required = requiredInputs(model);
  const session = await openSession(ort, bytes, model.name);
  try {
    for await (const batch of batches) {
      stopIfAborted(signal, model.name, cancelled);
      const outputs = await runSession(session, feedsOf(batch, required, ort), model.name);
      yield Object.fromEntries(
        Object.entries(outputs).map(([name, output]) => [
          name,
          { shape: output.dims, data: Float32Array.from(floatsOf(output, name)) },
        ]),
      );
    }
  } finally {
    await session.release();
  }
}
