import { LowbitError, type Batch } from '@lowbit/core';
import {
  checkOptions,
  type NamedInterface,
  optionTypes,
  type OptionTypes,
  type OutputValues,
  type RunnableModel,
} from '@lowbit/core/adapter';
import type { CompareSettings } from './compare-models.js';
import { hasLists } from '../check-given.js';

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
  for (const [i, model] of models.entries())
    checkModel(model, `compareModels: the ${i === 0 ? 'first' : 'second'} model`);
  if (!isIterable(batches)) throw wrong(batchesPlace, 'several batches, one after the other', batches);
  checkOptions(settings, types, 'compareModels');
}

/** @throws LowbitError `invalid-argument` for a batch without inputs. */
export function checkBatch(batch: unknown): asserts batch is Batch {
  const { inputs } = Object(batch) as Partial<Batch>;
  if (typeof inputs !== 'object' || (inputs as unknown) === null)
    throw wrong(batchesPlace, 'batches, each with inputs by their names', batch);
}

/** @throws LowbitError `invalid-argument` for what cannot be run as a model. */
export function checkModel(value: unknown, where: string): asserts value is RunnableModel {
  const isModel = isInterface(value) && typeof (value as Partial<RunnableModel>).run === 'function';
  if (!isModel) throw wrong(where, 'a model with name, inputs, outputs, run and close', value);
}

/** @throws LowbitError `invalid-argument` for what does not tell its inputs and outputs. */
export function checkInterface(value: unknown, where: string): asserts value is NamedInterface {
  if (!isInterface(value)) throw wrong(where, 'a model with name, inputs and outputs', value);
}

/** @throws LowbitError `invalid-argument` for what is no output of a run. */
export function checkOutput(value: unknown, where: string): asserts value is OutputValues {
  const { data } = Object(value) as Partial<OutputValues>;
  const isOutput = hasLists(value, ['shape']) && isArrayLike(data);
  if (!isOutput) throw wrong(where, 'the shape and the data of an output', value);
}

/** Whether a value is a list, a typed array or what is indexed like one. */
function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return typeof value === 'object' && typeof (value as { length?: unknown } | null)?.length === 'number';
}

const types: OptionTypes<CompareSettings> = {
  rounds: {
    expected: 'a whole number from 0 on',
    fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  },
  labels: { expected: 'a text', fits: (value) => typeof value === 'string' },
  before: optionTypes.callback,
};

const batchesPlace = 'compareModels: batches';

/** The error on data without a batch. */
export function noBatch(): LowbitError {
  return wrong(batchesPlace, 'at least one batch', 'none');
}

function isInterface(value: unknown): value is NamedInterface {
  if (!hasLists(value, ['inputs', 'outputs'])) return false;
  const { inputs, outputs } = value as NamedInterface;
  return [...inputs, ...outputs].every((one) => typeof Object(one).name === 'string');
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
    where,
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
