import { weightArtifacts, type StoredWeight } from '@lowbit/tfjs-format';
import { engine, type io, type KernelBackend, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';

// What TensorFlow.js has and does not declare, or declares otherwise: named and typed in this file alone.

type Layer = tfLayers.layers.Layer;

/** What is read of a Conv2D layer, channels last. */
export interface Convolution {
  readonly strides: [number, number];
  readonly dilationRate: [number, number];
  readonly padding: 'same' | 'valid';
  readonly kernel: tfLayers.LayerVariable;
  readonly bias?: tfLayers.LayerVariable | null;
  readonly activation?: { apply(x: Tensor): Tensor } | null;
}

/** What is read of a BatchNormalization layer. */
export interface Normalization {
  readonly gamma?: tfLayers.LayerVariable;
  readonly beta?: tfLayers.LayerVariable;
}

type Initializer = ReturnType<typeof tfLayers.initializers.zeros>;

/** The method by which layers make their weights. */
export type AddWeight = (
  this: Layer,
  name: string,
  shape: tfLayers.Shape,
  ...rest: [dtype?: unknown, initializer?: Initializer, ...others: unknown[]]
) => unknown;

/** Of `modelFromJSON`. */
type Topology = Exclude<Parameters<typeof tfLayers.models.modelFromJSON>[0], tfLayers.ModelAndWeightsConfig>;

interface WeightArtifacts {
  readonly weightSpecs: io.WeightsManifestEntry[];
  readonly weightData: ArrayBuffer;
}

/** A value of another type than the one that TensorFlow.js declares. */
const really = <T>(value: unknown): T => value as T;

export const convolutionOf = (layer: Layer) => really<Convolution>(layer);

export const normalizationOf = (layer: Layer) => really<Normalization>(layer);

/** A layer that has layers is a model. */
export const modelOf = (layer: Layer) => really<tfLayers.LayersModel>(layer);

/** The variables of a layer's or model's weights, which are declared as tensors. */
export const variablesOf = (layer: Layer) => really<readonly tfLayers.LayerVariable[]>(layer.weights);

/** The layers of a model and of models in it, which are no models themselves. */
export function layersIn(model: tfLayers.LayersModel): readonly Layer[] {
  return model.layers.flatMap((layer) => {
    const isModel = Array.isArray(modelOf(layer).layers);
    return isModel ? layersIn(modelOf(layer)) : [layer];
  });
}

/** What the WebAssembly backend has for tensors in its memory. */
interface BackendHeap {
  /** A tensor whose values are still to be written. */
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  /** Its values, until memory is asked for the next time. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
}

/** `undefined` for backends other than `wasm`. */
export function heapOf(backend: KernelBackend): BackendHeap | undefined {
  const heap = really<BackendHeap>(backend);
  return typeof heap.typedArrayFromHeap === 'function' ? heap : undefined;
}

/** Whether what is computed now is recorded, for gradients. */
export const isRecorded = () => engine().state.gradientDepth > 0;

/** All layers make their weights by this method. */
export const layerPrototype = () => really<{ addWeight: AddWeight }>(tfLayers.layers.Layer.prototype);

/** Makes the weights of a Sequential model whose input is known. */
export const makeWeights = (model: tfLayers.LayersModel) => really<{ build(): void }>(model).build();

/** How a compiled model measures its loss. */
interface CompiledLoss {
  /** One an output. */
  readonly lossFunctions: readonly ((labels: Tensor, output: Tensor) => Tensor)[];
  /** Throws where labels do not fit the outputs or the loss. */
  standardizeUserDataXY(
    inputs: readonly Tensor[],
    labels: Tensor | Tensor[],
    checkBatchAxis: boolean,
  ): unknown;
}

/** The loss of a compiled model; a Sequential has it in the model that it is made of. */
export function compiledLoss(model: tfLayers.LayersModel): CompiledLoss {
  const { model: inner = model } = really<{ model?: tfLayers.LayersModel }>(model);
  return really<CompiledLoss>(inner);
}

/** Whether each output has a loss, which an object of losses may leave out. */
export const haveLosses = (model: tfLayers.LayersModel): readonly boolean[] =>
  Array.from(compiledLoss(model).lossFunctions, (loss) => typeof loss === 'function');

/** The name of each output's loss; `undefined` where it is a function. */
export function lossNames({ loss, outputNames }: tfLayers.LayersModel): readonly (string | undefined)[] {
  const given = really<unknown>(loss);
  return outputNames.map((name, i) => {
    const own = Array.isArray(given) ? (given[i] as unknown) : given;
    const one = typeof own === 'object' ? (Object(own) as Readonly<Record<string, unknown>>)[name] : own;
    return typeof one === 'string' ? one : undefined;
  });
}

export const topologyJson = (topology: object) => really<Topology>(topology);

/** The configuration of a layer of our own, as its base class takes it. */
export const layerConfig = (config: object) =>
  really<ConstructorParameters<typeof tfLayers.layers.Layer>[0]>(config);

/** Weights as handlers take them. */
export const handlerWeights = (weights: readonly StoredWeight[]) =>
  really<WeightArtifacts>(weightArtifacts(weights));

/** What is used of a graph model that was made to be run. */
interface LoadedGraph {
  load(): unknown;
  dispose(): void;
}

/** A graph model of the same class, so of the same TensorFlow.js, from artifacts that this reads. The caller disposes it. */
export async function loadedLike(live: object, artifacts: io.ModelArtifacts): Promise<LoadedGraph> {
  const Model = live.constructor as new (handler: io.IOHandler) => LoadedGraph;
  const model = new Model({ load: async () => artifacts });
  await model.load();
  return model;
}
