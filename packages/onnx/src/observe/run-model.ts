import type { Batch, RunOutputs, SessionOptions } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import { checkBatches } from './check-batches.js';
import { feedsOf, requiredInputs } from './feeds.js';
import { floatsOf } from './floats-of.js';
import { openSession, runSession } from './open-session.js';
import type { ReadableModel, ReadableOutput } from './readable-outputs.js';
import type { OrtRuntime, OrtSession, OrtTensor } from './ort.js';
import { cancelled } from './each-batch.js';

/** A model in a runtime. */
export interface OpenModel {
  readonly name: string;
  readonly ort: OrtRuntime;
  readonly session: OrtSession;
  /** What batches give, with element types. */
  readonly required: ReadonlyMap<string, number>;
  /** What runs tell, and the tensor of each. */
  readonly outputs: readonly ReadableOutput[];
}

/**
 * @param readable A model whose outputs are tensors.
 * @param bytes Of this very model.
 * @throws LowbitError `runtime-failed` when the runtime refuses the model.
 */
export async function openModel(
  { model, outputs }: Pick<ReadableModel, 'model' | 'outputs'>,
  bytes: Uint8Array,
  ort: OrtRuntime,
): Promise<OpenModel> {
  const { name } = model;
  const session = await openSession(ort, bytes, name);
  return { name, ort, required: requiredInputs(model), outputs, session };
}

/**
 * Runs an open model on every batch in turn and yields its outputs as floats.
 *
 * @param more Inputs that are the same for each batch.
 * @param want Names of which those of inputs are given too.
 * @throws LowbitError `calibration-invalid` for batches that do not fit the model, `runtime-failed`, `aborted`.
 */
export async function* runBatches(
  { name: where, ort, session, required, outputs }: OpenModel,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  { signal }: SessionOptions = {},
  more: Readonly<Record<string, OrtTensor>> = {},
  want: readonly string[] = [],
): AsyncGenerator<RunOutputs> {
  checkBatches(batches);
  for await (const batch of batches) {
    stopIfAborted(signal, where, cancelled);
    const feeds = feedsOf(batch, required, ort);
    // Runtimes refuse to run for no output.
    const isSilent = outputs.length === 0 && want.length === 0;
    const results = isSilent ? {} : await runSession(session, { ...feeds, ...more }, where);
    const own = outputs.map(({ declared, tensor }) => [declared.name, results[tensor] as OrtTensor] as const);
    const wanted = Object.entries({ ...results, ...feeds }).filter(([name]) => want.includes(name));
    yield Object.fromEntries([...own, ...wanted].map(([name, output]) => [name, runTensor(output, name)]));
  }
}

function runTensor(output: OrtTensor, name: string): RunOutputs[string] {
  const { dims: shape, data, type } = output;
  if (Array.isArray(data)) {
    const numbers = Float32Array.from(data as readonly string[], numberOfText);
    return { shape, data: numbers, isInteger: true, isText: true };
  }
  const values = Float32Array.from(floatsOf(output, name));
  return { shape, data: values, ...(type.startsWith('float') ? {} : { isInteger: true }) };
}

/** A whole number below 2²⁴, which float32 holds, for a text: another one for nearly every other text. */
function numberOfText(text: string): number {
  let number = 0;
  for (const character of text) number = (Math.imul(number, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return number % 16_777_213;
}
