import type { CancelSignal, Registry } from '@lowbit/core';
import {
  checkArgument,
  checkOptions,
  defined,
  optionTypes,
  pauses,
  stopIfAborted,
  type OptionTypes,
} from '@lowbit/core/adapter';
import type { KerasModel, KerasNetwork, KerasWeight } from '@lowbit/keras';
import { modelBuilder, type BuilderOptions, type BuiltModel, type WriteOptions } from '@lowbit/onnx/build';
import { distinctNames } from '@lowbit/tfjs-format';
import { Graph } from './graph/graph.js';
import type { Value } from './graph/value.js';
import { Weights } from './graph/weights.js';
import { namedSizes, writeInput } from './inputs.js';
import { refuseUnknown } from './refuse.js';
import type { Call, Told } from './layers/rule.js';
import { carryOut, walk } from './walk.js';
import { writeCall } from './write-call.js';

export interface ToOnnxOptions
  extends Pick<BuilderOptions, 'optimize' | 'target'>, Pick<WriteOptions, 'external' | 'externalPath'> {
  /** Version of the standard operators, 13 to 25. Default: 21, which every onnxruntime-web since 1.20 runs. */
  readonly opset?: number;
  /** Name of the model in the file and in messages. Default: the name that it has in Keras, with `.onnx` behind it. */
  readonly name?: string;
  /**
   * The model before it was quantized: weights that would take more bytes packed are written as they are there, and `storage` says so.
   * Default: they are the floats that their codes stand for, with which TensorFlow.js computes too.
   */
  readonly original?: KerasModel;
  /** Holds the quantizers of activations, where the model has such. */
  readonly registry?: Registry;
  /** Cancels the work between two layers or weights; the promise rejects with code `aborted`. */
  readonly signal?: CancelSignal | undefined;
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
  checkModel(model);
  checkOptions(options, optionsOfToOnnx, 'toOnnx');
  stopIfAborted(options.signal, model.name);
  const told = toldOf(model, options.registry);
  const pause = pauses(options.signal, model.name);
  await refuseUnknown(model, told, pause);
  const { network, plans } = model;
  const { opset = 21, name = `${model.name}.onnx`, optimize, target, external, externalPath } = options;
  const builder = modelBuilder({ name, opset, ...defined({ optimize, target }) });
  const names = outputNames(network);
  const graph = new Graph(builder, new Set(names));
  const originals = new Map((options.original?.weights ?? []).map((weight) => [weight.id, weight]));
  const weights = new Weights(graph, readingOf(model, options), originals);
  const inputs = network.inputs.map(({ layer }) => writeInput(graph, network, layer));
  const inside = (call: Call<Value>): Promise<readonly Value[]> => carryOut(call, write);
  const write = async (call: Call<Value>): Promise<readonly Value[]> => {
    await pause();
    return writeCall({ ...call, graph, weights, inside });
  };
  const outputs = await walk(told, network, inputs, write);
  outputs.forEach((value, i) => writeOutput(graph, value, names[i]!));
  options.onProgress?.(1);
  const built = await builder.write(defined({ plan: plans?.at(-1), external, externalPath }));
  return {
    pieces: built.pieces,
    get bytes() {
      return built.bytes;
    },
    ...defined({ externalData: built.externalData }),
    storage: [...built.storage, ...weights.torn],
  };
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

function toldOf({ kerasVersion = '' }: KerasModel, registry: Registry | undefined): Told {
  const quantizers = (registry?.list() ?? []).filter((plugin) => plugin.kind === 'quantizer');
  return {
    isKeras3: kerasVersion.startsWith('3'),
    kerasVersion,
    quantizers: new Map(quantizers.map((quantizer) => [quantizer.name, quantizer])),
  };
}

function checkModel(model: unknown): void {
  const expected = 'a model of Keras, as readKeras gives it';
  checkArgument(isModel(model), model, { where: 'toOnnx(model)', expected });
}

function isModel(model: unknown): boolean {
  const { network, weights } = Object(model) as Partial<KerasModel>;
  return Array.isArray(network?.layers) && Array.isArray(weights);
}

/** Lists of axes are inputs since the older one; the newer one is the newest that the builder knows. */
const [oldest, newest] = [13, 25];

const optionsOfToOnnx: OptionTypes<ToOnnxOptions> = {
  opset: {
    expected: `an operator set from ${oldest} to ${newest}`,
    fits: (value) => Number.isInteger(value) && Number(value) >= oldest && Number(value) <= newest,
  },
  name: { expected: 'a text', fits: (value) => typeof value === 'string' && value !== '' },
  signal: optionTypes.signal,
  onProgress: optionTypes.callback,
  optimize: optionTypes.any,
  target: optionTypes.any,
  registry: {
    expected: 'a registry of plugins',
    fits: (value) => typeof (Object(value) as Partial<Registry>).list === 'function',
    remedy: 'Write registry([minMax(), …]), with registry of @lowbit/core.',
  },
  original: { expected: 'a model of Keras, as readKeras gives it', fits: isModel },
  external: optionTypes.flag,
  externalPath: { expected: 'a text', fits: (value) => typeof value === 'string' },
};

/** The layers that give them, with a number behind the name of one that gives several. */
function outputNames({ inputs, outputs, outputNames: given }: KerasNetwork): readonly string[] {
  const names = outputs.map(({ layer }, i) => given?.[i] ?? layer);
  return distinctNames(
    names,
    inputs.map(({ layer }) => layer),
  );
}

function writeOutput(graph: Graph, value: Value, name: string): void {
  const plain = graph.last(value);
  const result = value.type === 'float32' ? plain : graph.cast(plain, 'float32');
  graph.builder.output(result, 'float32', namedSizes(value.shape, name), name);
}
