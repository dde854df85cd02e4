import { checkArgument, checkOptions, defined, stopIfAborted, type OptionTypes } from '@lowbit/core/adapter';
import type { KerasModel, KerasWeight } from '@lowbit/keras';
import type { BuiltModel, StreamedModel, WriteOptions } from '@lowbit/onnx/build';
import { buildGraph, type GraphOptions } from './build-graph.js';
import { StoredWeights } from './graph/stored-weights.js';
import { isModel, optionsOfGraph } from './options.js';

export interface ToOnnxOptions extends GraphOptions, Pick<WriteOptions, 'external' | 'externalPath'> {
  /**
   * The model before it was quantized: weights that would take more bytes packed are written as they are there, and `storage` says so.
   * Default: they are the floats that their codes stand for, with which TensorFlow.js computes too. {@link asOnnx} decides that
   * before anything is measured.
   */
  readonly original?: KerasModel;
  /** Share of the weights that were read, 0 … 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/**
 * A model of Keras as an ONNX file of standard operators, which computes the same in float32. Inputs and outputs have their names in
 * Keras; sizes that the model leaves open stay open. Weights that lowbit quantized stay packed.
 *
 * @throws LowbitError `layer-unsupported` with every layer that standard operators do not compute as Keras does; as `modelBuilder` of
 *   `@lowbit/onnx/build`; `unknown-plugin` for a quantizer of activations that the registry lacks; `aborted`.
 * @example
 * const { bytes } = await toOnnx(await readKeras(file));
 */
export async function toOnnx(model: KerasModel, options: ToOnnxOptions = {}): Promise<BuiltModel> {
  const { builder, weights, wishes } = await begun(model, options, 'toOnnx');
  const built = await builder.write(wishes);
  options.onProgress?.(1);
  return {
    pieces: built.pieces,
    size: built.size,
    get bytes() {
      return built.bytes;
    },
    ...defined({ externalData: built.externalData }),
    storage: weights.storage(built.storage),
  };
}

/**
 * The same file for models that are large: its weights are read when they are written, and are in memory one at a time.
 *
 * @throws LowbitError as `toOnnx`; from reading pieces too.
 * @example
 * for await (const piece of (await streamOnnx(model)).pieces()) await file.write(piece);
 */
export async function streamOnnx(model: KerasModel, options: ToOnnxOptions = {}): Promise<StreamedModel> {
  const { builder, weights, wishes } = await begun(model, options, 'streamOnnx');
  const built = await builder.stream(wishes);
  return {
    ...built,
    storage: weights.storage(built.storage),
    async *pieces() {
      yield* built.pieces();
      options.onProgress?.(1);
    },
  };
}

/** The graph, with weights that are read later. */
async function begun(model: KerasModel, options: ToOnnxOptions, where: string) {
  checkModel(model, where);
  checkOptions(options, optionsOfToOnnx, where);
  stopIfAborted(options.signal, model.name);
  const { original, external, externalPath } = options;
  const originals = new Map((original?.weights ?? []).map((weight) => [weight.id, weight]));
  const weights = new StoredWeights(readingOf(model, options), originals);
  const builder = await buildGraph(model, options, (...given) => weights.place(...given));
  const wishes: WriteOptions = defined({ plan: model.plans?.at(-1), external, externalPath });
  return { builder, weights, wishes };
}

/** Stops between two weights, or tells how many there were. */
function readingOf(
  { weights }: KerasModel,
  { signal, onProgress }: ToOnnxOptions,
): (weight: KerasWeight) => void {
  const begun = new Set<string>();
  return ({ id }) => {
    stopIfAborted(signal, id);
    onProgress?.(begun.size / weights.length);
    begun.add(id);
  };
}

function checkModel(model: unknown, where: string): void {
  const expected = 'a model of Keras, as readKeras gives it';
  checkArgument(isModel(model), model, { where: `${where}(model)`, expected });
}

const optionsOfToOnnx: OptionTypes<ToOnnxOptions> = {
  ...optionsOfGraph,
  original: { expected: 'a model of Keras, as readKeras gives it', fits: isModel },
};
