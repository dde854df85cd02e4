import { unpackTensor, type ModelPort } from '@lowbit/core';
import {
  checkArgument,
  checkOptions,
  defined,
  type Applied,
  type Outcome,
  type RunResult,
} from '@lowbit/core/adapter';
import type { KerasModel, KerasPort } from '@lowbit/keras';
import type { BuiltModel } from '@lowbit/onnx/build';
import { optionsOfGraph } from './options.js';
import { toOnnx, type ToOnnxOptions } from './to-onnx.js';
import { weightCosts } from './weight-costs.js';

/** How the file is written. */
export type AsOnnxOptions = Omit<ToOnnxOptions, 'original'>;

/**
 * The port of a model of Keras whose result is an ONNX file, as `toOnnx` writes it. Weights that would take more bytes packed stay as
 * they are, and all that is told is told of that file: sizes, what budgets spend, errors and outputs.
 *
 * @throws LowbitError `invalid-argument`; from `cost` and writing as `toOnnx`.
 * @example
 * const { model, report } = await quantize(asOnnx(keras(file, { runner })), { registry, bits: 4, data });
 * await writeFile('model.onnx', model.bytes);
 */
export function asOnnx(port: KerasPort, options: AsOnnxOptions = {}): ModelPort<BuiltModel> {
  checkPort(port);
  checkOptions(options, optionsOfGraph, 'asOnnx');
  const own: Omit<KerasPort, 'inForm'> = port;
  let costs: ReturnType<typeof weightCosts> | undefined;
  const begin = async () => {
    const layers = await port.layers();
    const ids = new Set(layers.flatMap(({ weights }) => weights.map(({ id }) => id)));
    return weightCosts(await port.model(), ids, options);
  };
  return {
    ...own,
    cost: async (weight, entry) => (await (costs ??= begin()))(weight, entry),
    write(outcome) {
      const writer = port.write(outcome);
      return {
        add: (...given) => writer.add(...given),
        finish: async () => written(port, outcome, await writer.finish(), options),
      };
    },
  };
}

async function written(
  port: KerasPort,
  outcome: Outcome,
  { model, run, ...applied }: Applied<KerasModel>,
  options: AsOnnxOptions,
): Promise<Applied<BuiltModel>> {
  const built = await toOnnx(model, { ...options, original: await port.model() });
  const { pieces, externalData = [], storage } = built;
  const left = new Set(storage.filter(({ float }) => float === true).map(({ id }) => id));
  const files = [...pieces, ...externalData.map(({ data }) => data)];
  const after = files.reduce((sum, { length }) => sum + length, 0);
  const ofFile = run && (left.size === 0 ? run : await runWithout(port, outcome, model, left));
  return {
    ...applied,
    model: built,
    storage,
    modelBytes: { before: applied.modelBytes.before, after },
    ...defined({ run: ofFile }),
  };
}

/** Runs what was written: the result in which some weights are as they were. */
async function runWithout(
  port: KerasPort,
  outcome: Outcome,
  { weights }: KerasModel,
  left: ReadonlySet<string>,
): Promise<RunResult | undefined> {
  const entries = outcome.entries.filter(({ weight }) => !left.has(weight.id));
  const packed = new Map(weights.map((weight) => [weight.id, weight.packed]));
  const writer = port.write({ ...outcome, entries });
  for (const { weight } of entries) await writer.add(weight.id, unpackTensor(packed.get(weight.id)!));
  return (await writer.finish()).run;
}

function checkPort(port: unknown): void {
  const { model, write } = Object(port) as Partial<KerasPort>;
  const fits = typeof model === 'function' && typeof write === 'function';
  checkArgument(fits, port, {
    where: 'asOnnx(port)',
    expected: 'the port of a model of Keras',
    remedy: 'Write asOnnx(keras(file)), with keras of @lowbit/keras.',
  });
}
