import { isLowbitError, type LowbitError } from '@lowbit/core';
import { inspectKeras, readKeras, tfjsArtifacts, type KerasSource } from '@lowbit/keras';

/** What came of a damaged file: `read`, the code of a typed error, or an error that nobody meant. */
export type Outcome = { readonly code: string } | { readonly untyped: string };

/** Milliseconds for opening a file and for each tensor; far more than valid ones of this size take. */
const timeLimit = 20_000;

/** Reads all of a damaged file, inspects it, and makes a model of TensorFlow.js of it. */
export async function readDamaged(make: () => Promise<KerasSource>): Promise<Outcome> {
  const inspected = await outcomeOf(async () => void (await inspectKeras(await make(), { timeLimit })));
  if ('untyped' in inspected) return inspected;
  return outcomeOf(async () => {
    const model = await readKeras(await make(), { timeLimit });
    try {
      for (const weight of model.weights) await weight.read();
      await tfjsArtifacts(model);
    } finally {
      model.close();
    }
  });
}

async function outcomeOf(work: () => Promise<void>): Promise<Outcome> {
  try {
    await work();
    return { code: 'read' };
  } catch (error) {
    return isMeant(error) ? { code: error.code } : { untyped: stackOf(error) };
  }
}

/** Errors of the language are no judgements about a file, also where a typed error carries one. */
function isMeant(error: unknown): error is LowbitError {
  if (!isLowbitError(error)) return false;
  return ![TypeError, RangeError, ReferenceError].some((kind) => error.cause instanceof kind);
}

function stackOf(error: unknown): string {
  const { cause, stack } = error as Error;
  return ((cause as Error | undefined)?.stack ?? stack ?? String(error)).split('\n').slice(0, 4).join(' ');
}
