import { checkOptionNames, LowbitError, type Batch } from '@lowbit/core';

import type { CompareSettings } from './compare-models.js';
import type { RunnableModel } from './runnable-model.js';

/**
 * Checks what `compareModels` is given, which types alone do not where a program is plain JavaScript.
 *
 * @throws LowbitError `invalid-argument`, or `unsupported-option` for a setting that is not known.
 */
export function checkArguments(
  models: readonly unknown[],
  batches: unknown,
  settings: CompareSettings,
): void {
  for (const [i, model] of models.entries()) {
    if (!isModel(model)) throw wrong(i === 0 ? 'the first model' : 'the second model', modelWords, model);
  }
  if (!isIterable(batches)) throw wrong('batches', 'several batches, one after the other', batches);
  checkOptionNames(settings, ['rounds', 'labels', 'before'], 'compareModels');
  const { rounds } = settings;
  if (rounds !== undefined && !(Number.isSafeInteger(rounds) && rounds >= 0))
    throw wrong('rounds', 'a whole number from 0 on', rounds);
}

/** The error on data without a batch. */
export function noBatch(): LowbitError {
  return wrong('batches', 'at least one batch', 'none');
}

const modelWords = 'a model with name, inputs, outputs, run and close';

function isModel(value: unknown): value is RunnableModel {
  const { inputs, outputs, run } = (value ?? {}) as Partial<RunnableModel>;
  return Array.isArray(inputs) && Array.isArray(outputs) && typeof run === 'function';
}

function isIterable(value: unknown): value is Iterable<Batch> | AsyncIterable<Batch> {
  if (typeof value !== 'object' || value === null) return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

function wrong(where: string, expected: string, received: unknown): LowbitError {
  const remedy = remedyFor(received);
  const words = typeof received === 'object' && received !== null ? objectWords(received) : String(received);
  return new LowbitError({
    code: 'invalid-argument',
    where: `compareModels: ${where}`,
    expected,
    received: words,
    ...(remedy !== undefined && { remedy }),
  });
}

function objectWords(value: object): string {
  if (value instanceof Promise) return 'a promise';
  return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no member'}`;
}

function remedyFor(received: unknown): string | undefined {
  if (received instanceof Promise) return 'Wait for it with await.';
  const isBatch =
    typeof received === 'object' && received !== null && !('run' in received) && 'inputs' in received;
  return isBatch ? 'Put the batch into a list: [batch].' : undefined;
}
