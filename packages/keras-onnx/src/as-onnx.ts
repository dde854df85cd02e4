import { unpackTensor, type ModelPort } from '@lowbit/core';
import { checkArgument, checkOptions, type Applied, type Outcome } from '@lowbit/core/adapter';
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
      const shifts = new Map<string, Float32Array>();
      return {
        add(id, tensor, shift) {
          if (shift !== undefined) shifts.set(id, shift);
          return writer.add(id, tensor, shift);
        },
        finish: async () => written(port, outcome, await writer.finish(), { options, shifts }),
      };
    },
  };
}

/** What is wanted of the file, and what quantized weights add to their output channels on average. */
interface Writing {
  readonly options: AsOnnxOptions;
  readonly shifts: ReadonlyMap<string, Float32Array>;
}

async function written(
  port: KerasPort,
  outcome: Outcome,
  first: Applied<KerasModel>,
  { options, shifts }: Writing,
): Promise<Applied<BuiltModel>> {
  const inFile = { ...options, original: await port.model() };
  const tried = await toOnnx(first.model, inFile);
  const floats = tried.storage.filter(({ float }) => float === true);
  const left = new Set(floats.map(({ id }) => id));
  const result = left.size === 0 ? first : await without(port, outcome, first.model, { left, shifts });
  // What is left as it was adds nothing that a bias would take off.
  const isOther = [...left].some((id) => shifts.has(id));
  const again = isOther ? await toOnnx(result.model, inFile) : tried;
  const storage = isOther ? [...again.storage, ...floats] : tried.storage;
  const after = (again.externalData ?? []).reduce((sum, { data }) => sum + data.length, again.size);
  return {
    ...result,
    model: { ...again, storage },
    storage,
    modelBytes: { before: result.modelBytes.before, after },
  };
}

/** The result in which some weights are as they were. */
async function without(
  port: KerasPort,
  outcome: Outcome,
  { weights }: KerasModel,
  { left, shifts }: { readonly left: ReadonlySet<string>; readonly shifts: Writing['shifts'] },
): Promise<Applied<KerasModel>> {
  const entries = outcome.entries.filter(({ weight }) => !left.has(weight.id));
  const packed = new Map(weights.map((weight) => [weight.id, weight.packed]));
  const writer = port.write({ ...outcome, entries });
  for (const { weight } of entries)
    await writer.add(weight.id, unpackTensor(packed.get(weight.id)!), shifts.get(weight.id));
  return writer.finish();
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
