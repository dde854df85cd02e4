import { isLowbitError, LowbitError } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { separateArguments } from '../model/call-arguments.js';
import { MisnamedWeights, misnamed } from './misnamed-weights.js';
import { UnplacedWeights, unplaced } from './unplaced-weights.js';
import { withoutInitializers } from '../model/without-initializers.js';

type Layer = tfLayers.layers.Layer;
type FromConfig = (
  constructor: unknown,
  config: unknown,
  customObjects: object,
  fastWeightInit: boolean,
) => unknown;

/**
 * The model of artifacts, with its weights. When they do not make one, nothing is left behind: `loadLayersModel` would leave what it
 * had built until then.
 *
 * @throws LowbitError `layer-unsupported` for a class that TensorFlow.js does not know, `model-malformed` for a topology that it
 *   cannot build or that does not fit the weights; what the classes of layers throw.
 */
export async function buildModel(
  artifacts: tf.io.ModelArtifacts,
  where: string,
): Promise<tfLayers.LayersModel> {
  const topology = topologyIn(artifacts, where);
  tf.serialization.registerClass(CarefulBuild);
  const careful = { class_name: CarefulBuild.className, config: topology };
  try {
    const source = tf.io.fromMemory({ ...artifacts, modelTopology: careful });
    const model = await tfLayers.loadLayersModel(source);
    separateArguments(model);
    return model;
  } catch (cause) {
    if (isLowbitError(cause)) throw cause;
    const isOfNames = cause instanceof MisnamedWeights || cause instanceof UnplacedWeights;
    throw isOfNames ? cause.inFile(where) : notBuilt(cause, where, topology);
  }
}

/**
 * Stands around a topology while TensorFlow.js builds it, which is the only place where one learns at once that building or setting
 * the weights has failed. What it gives is the model itself.
 */
class CarefulBuild extends tfLayers.layers.Layer {
  static readonly className = 'LowbitCarefulBuild';

  static override fromConfig<T>(
    _constructor: unknown,
    config: tf.serialization.ConfigDict,
    customObjects: tf.serialization.ConfigDict = {},
    fastWeightInit = false,
  ): T {
    const model = cleaningUp(() => withoutInitializers(() => builtBy(config, customObjects, fastWeightInit)));
    const own = model.loadWeights.bind(model);
    model.loadWeights = (weights, strict) => {
      delete (model as Partial<typeof model>).loadWeights;
      try {
        own(weights, strict);
      } catch (cause) {
        tf.dispose(weights);
        new Set(model.weights).forEach((weight) => weight.dispose());
        const told = misnamed(model, Object.keys(weights), cause);
        throw told === cause ? (unplaced(model, weights, cause) ?? cause) : told;
      }
    };
    return model as T;
  }
}

function builtBy(config: tf.serialization.ConfigDict, customObjects: object, fastWeightInit: boolean) {
  const { className, config: inner } = config as { className: string; config: object };
  const known = tf.serialization.SerializationMap.getMap().classNameMap[className];
  if (known === undefined) throw new Error(`Unknown layer: ${className}.`);
  const [constructor, fromConfig] = known as unknown as [Layer, FromConfig];
  return fromConfig(constructor, inner, customObjects, fastWeightInit) as tfLayers.LayersModel;
}

/** Runs; when it fails, the tensors and variables that it made are disposed. */
function cleaningUp<R>(run: () => R): R {
  const before = new Set(variables());
  let result: R | undefined;
  try {
    tf.tidy(() => {
      result = run();
    });
    return result as R;
  } catch (cause) {
    variables()
      .filter((variable) => !before.has(variable))
      .forEach((variable) => variable.dispose());
    throw cause;
  }
}

function variables(): tf.Variable[] {
  return Object.values(tf.engine().state.registeredVariables);
}

/** As Keras writes it, or inside a `model_config`. */
function topologyIn({ modelTopology }: tf.io.ModelArtifacts, where: string): object {
  const outer = (modelTopology ?? {}) as { readonly model_config?: object; readonly node?: unknown };
  const topology = (outer.model_config ?? outer) as { readonly class_name?: unknown };
  if (typeof topology.class_name === 'string') return topology;
  const isGraph = Array.isArray(outer.node);
  throw new LowbitError({
    code: 'model-malformed',
    where,
    expected: 'a layers model: a topology with a class_name',
    received: isGraph ? 'a graph model' : `an object with ${Object.keys(outer).join(', ') || 'no member'}`,
    remedy: isGraph ? 'Load it with loadGraph() of @lowbit/tfjs/graph.' : 'Save or convert the model again.',
  });
}

function notBuilt(cause: unknown, where: string, topology: object): LowbitError {
  const received = cause instanceof Error ? cause.message : String(cause);
  if (/call stack size|too much recursion/i.test(received)) return tooDeep(cause, where, received);
  if (isKeras3(topology)) {
    const expected = 'a topology in the format of Keras 2, which TensorFlow.js builds';
    const told = `one of Keras 3 (${received})`;
    const problem = {
      code: 'model-malformed',
      where,
      expected,
      received: told,
      remedy: keras3Remedy,
    } as const;
    return new LowbitError(problem, { cause });
  }
  const [, unknown] = /^Unknown \w+: (\w+)/.exec(received) ?? [];
  if (unknown === undefined) {
    const expected = 'a topology that TensorFlow.js builds, and weights that fit it';
    const remedy = 'Save or convert the model again.';
    return new LowbitError({ code: 'model-malformed', where, expected, received, remedy }, { cause });
  }
  return new LowbitError(
    {
      code: 'layer-unsupported',
      where: `${where}: class ${unknown}`,
      expected: 'classes that are registered with TensorFlow.js',
      received: unknown,
      remedy: `Register it before the model is loaded: tf.serialization.registerClass(${unknown}).`,
    },
    { cause },
  );
}

/** TensorFlow.js goes through layers by recursion; engines word its end in their own ways. */
function tooDeep(cause: unknown, where: string, received: string): LowbitError {
  const remedy =
    'Run Node with more of it (node --stack-size=4000), or write a model of Keras as ONNX, with toOnnx of @lowbit/keras-onnx or --to onnx.';
  const expected = 'no more layers behind each other than TensorFlow.js has stack for';
  return new LowbitError({ code: 'model-too-large', where, expected, received, remedy }, { cause });
}

/** What to do with a topology of Keras 3. Converting or saving it again gives the same file. */
const keras3Remedy =
  'Converting again gives the same file. Build the model with Keras 2 (the Python package tf_keras, or TF_USE_LEGACY_KERAS=1) and ' +
  'convert that, or export a SavedModel with Keras 3, model.export(FOLDER), and convert it to a graph model: ' +
  'tensorflowjs_converter --input_format=tf_saved_model --output_format=tfjs_graph_model FOLDER OUT.';

/**
 * Whether Keras 3 wrote the topology, which TensorFlow.js 4.22 does not build: its inputs have a `batch_shape` where Keras 2 wrote
 * `batch_input_shape`, and its nodes are the arguments of a call.
 */
function isKeras3(topology: unknown): boolean {
  if (typeof topology !== 'object' || topology === null) return false;
  const own = Object.keys(topology);
  if (own.includes('batch_shape') || (own.includes('args') && own.includes('kwargs'))) return true;
  return Object.values(topology).some(isKeras3);
}
