import { LowbitError, type Batch, type RunOptions, type RunOutputs } from '@lowbit/core';
import { checkBatches, checkPortOptions, suggestName } from '@lowbit/core/adapter';
import { distinctNames } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describeSites } from '../describe/describe-sites.js';
import { surveyModel } from '../model/survey.js';
import { withValues } from '../model/variable-values.js';
import { batchInputs } from './batch-tensors.js';
import { layerCalls } from './layer-calls.js';
import { naming } from './naming.js';

/** Tensors by name, which whoever takes them disposes. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/**
 * Runs something on batch after batch and takes the values out of the tensors that it gives.
 *
 * @throws LowbitError `unsupported-option`; `invalid-argument` for what is no list of batches; `runtime-failed`; `aborted`.
 */
export async function* runBatches(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: RunOptions,
  runOne: (batch: Batch) => Promise<NamedTensors>,
): AsyncGenerator<RunOutputs> {
  checkBatches(batches);
  for await (const batch of batches) {
    const { signal } = options;
    if (signal?.aborted) throw new LowbitError({ code: 'aborted', where: 'run' }, { cause: signal.reason });
    const tensors = await naming('run', () => runOne(batch));
    try {
      yield await naming('run', () => valuesOf(tensors));
    } finally {
      tf.dispose(tensors);
    }
  }
}

async function valuesOf(tensors: NamedTensors): Promise<RunOutputs> {
  const values = Object.entries(tensors).map(async ([name, tensor]) => {
    const data = Float32Array.from(await tensor.data());
    const isInteger = tensor.dtype !== 'float32';
    return [name, { shape: tensor.shape, data, ...(isInteger ? { isInteger } : {}) }] as const;
  });
  return Object.fromEntries(await Promise.all(values));
}

/**
 * Runs the model; see `ModelPort.run`. Weights hold other values while a batch is computed, and their own between two batches. The
 * names that can be wanted are those of the tensors of sites.
 */
export async function* runModel(
  model: LayersModel,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  options: RunOptions = {},
): AsyncGenerator<RunOutputs> {
  checkPortOptions('run', options);
  const { replace = new Map<string, Float32Array>(), want = [] } = options;
  const values = new Map([...replace].map(([id, numbers]) => [variableOf(model, id, numbers), numbers]));
  const taps = tapsOf(model, want);
  yield* runBatches(batches, options, (batch) =>
    withValues(values, async () => computed(model, batch, taps)),
  );
}

/** The variable of a weight. @throws LowbitError `invalid-argument`. */
function variableOf(model: LayersModel, id: string, { length }: Float32Array): tf.Variable {
  const all = surveyModel(model).flatMap(({ variables }) => variables);
  const found = all.find((one) => one.id === id)?.variable;
  if (found === undefined)
    throw stranger(
      'replace',
      'ids of weights of the model',
      id,
      all.map((one) => one.id),
    );
  const variable = tf.tidy(() => found.read());
  if (!(variable instanceof tf.Variable))
    throw new LowbitError({
      code: 'invalid-argument',
      where: `run: option 'replace': '${id}'`,
      expected: 'a model whose weights can change',
      received: "one that was loaded with weights: 'packed'",
      remedy: "Load it with weights: 'float'.",
    });
  checkLength(id, variable.size, length);
  return variable;
}

/** @throws LowbitError `invalid-argument`. */
export function checkLength(id: string, size: number, length: number): void {
  if (size === length) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: `run: option 'replace': '${id}'`,
    expected: `${size} values`,
    received: String(length),
  });
}

/** What the model does not have, with the name that was probably meant. */
export function stranger(
  option: 'replace' | 'want',
  expected: string,
  received: string,
  known: readonly string[],
): LowbitError {
  const where = `run: option '${option}'`;
  return new LowbitError({
    code: 'invalid-argument',
    where,
    expected,
    received,
    ...suggestName(received, known),
  });
}

/** The layers that take wanted tensors, with the tensors' names. */
function tapsOf(model: LayersModel, want: readonly string[]) {
  const sites = surveyModel(model).flatMap(({ id, layer }) =>
    describeSites(id, layer).map(({ tensor }) => ({ tensor, layer })),
  );
  return want.map((name) => {
    const site = sites.find(({ tensor }) => tensor === name);
    if (site === undefined)
      throw stranger(
        'want',
        'names of tensors of sites',
        name,
        sites.map(({ tensor }) => tensor),
      );
    return site;
  });
}

/** What the model gives for a batch, and what its layers take: where a layer is used several times, the first time. */
function computed(model: LayersModel, batch: Batch, taps: ReturnType<typeof tapsOf>): NamedTensors {
  const inputs = batchInputs(model, batch);
  const calls = layerCalls();
  const taken = new Map<string, tf.Tensor>();
  for (const { tensor: name, layer } of taps)
    calls.change(layer, {
      around(given, call) {
        const input = Array.isArray(given) ? (given[0] as tf.Tensor) : given;
        if (!taken.has(name)) taken.set(name, tf.keep(tf.clone(input)));
        return call(given);
      },
    });
  try {
    const outputs = tf.tidy(() => {
      const result = model.apply(inputs.length === 1 ? (inputs[0] as tf.Tensor) : inputs) as
        tf.Tensor | tf.Tensor[];
      return (Array.isArray(result) ? result : [result]).map((each) => tf.clone(each));
    });
    const named = distinctNames(model.outputNames).map((name, i) => [name, outputs[i] as tf.Tensor] as const);
    return { ...Object.fromEntries(named), ...Object.fromEntries(taken) };
  } finally {
    calls.restore();
    tf.dispose(inputs);
  }
}
