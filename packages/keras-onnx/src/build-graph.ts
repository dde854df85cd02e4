import type { CancelSignal, Registry } from '@lowbit/core';
import { defined, pauses } from '@lowbit/core/adapter';
import type { KerasModel, KerasNetwork } from '@lowbit/keras';
import { modelBuilder, type BuilderOptions, type ModelBuilder } from '@lowbit/onnx/build';
import { distinctNames } from '@lowbit/tfjs-format';
import { Graph } from './graph/graph.js';
import type { Value } from './graph/value.js';
import { Weights, type PlaceWeight } from './graph/weights.js';
import { namedSizes, writeInput } from './inputs.js';
import type { Call, Told } from './layers/rule.js';
import { refuseUnknown } from './refuse.js';
import { carryOut, walk } from './walk.js';
import { writeCall } from './write-call.js';

/** How a graph is built. */
export interface GraphOptions extends Pick<BuilderOptions, 'optimize' | 'target'> {
  /** Version of the standard operators, 13 to 25. Default: 21, which every onnxruntime-web since 1.20 runs. */
  readonly opset?: number;
  /** Name of the model in the file and in messages. Default: the name that it has in Keras, with `.onnx` behind it. */
  readonly name?: string;
  /** Holds the quantizers of activations, where the model has such. */
  readonly registry?: Registry;
  /** Cancels the work between two layers or weights; the promise rejects with code `aborted`. */
  readonly signal?: CancelSignal | undefined;
}

/**
 * The graph of a model, with its weights where they are placed.
 *
 * @throws LowbitError `layer-unsupported` with every layer that standard operators do not compute as Keras does; `unknown-plugin`; `aborted`.
 */
export async function buildGraph(
  model: KerasModel,
  { opset = 21, name = `${model.name}.onnx`, optimize, target, registry, signal }: GraphOptions,
  place: (builder: ModelBuilder, ...given: Parameters<PlaceWeight>) => ReturnType<PlaceWeight>,
): Promise<ModelBuilder> {
  const told = toldOf(model, registry);
  const pause = pauses(signal, model.name);
  await refuseUnknown(model, told, pause);
  const { network } = model;
  const builder = modelBuilder({ name, opset, ...defined({ optimize, target }) });
  const names = outputNames(network);
  const graph = new Graph(builder, new Set(names));
  const weights = new Weights((...given) => place(builder, ...given));
  const inputs = network.inputs.map(({ layer }) => writeInput(graph, network, layer));
  const inside = (call: Call<Value>): Promise<readonly Value[]> => carryOut(call, write);
  const write = async (call: Call<Value>): Promise<readonly Value[]> => {
    await pause();
    return writeCall({ ...call, graph, weights, inside });
  };
  const outputs = await walk(told, network, inputs, write);
  outputs.forEach((value, i) => writeOutput(graph, value, names[i]!));
  return builder;
}

function toldOf({ kerasVersion = '' }: KerasModel, registry: Registry | undefined): Told {
  const quantizers = (registry?.list() ?? []).filter((plugin) => plugin.kind === 'quantizer');
  return {
    isKeras3: kerasVersion.startsWith('3'),
    kerasVersion,
    quantizers: new Map(quantizers.map((quantizer) => [quantizer.name, quantizer])),
  };
}

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
