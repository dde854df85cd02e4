import { LowbitError } from '@lowbit/core';
import { misnamed } from './misnamed-weights.js';
import { unplaced } from './unplaced-weights.js';
import { UnsetWeights } from './unset-weights.js';

/** The error for what is no topology of a layers model. */
export function noLayersModel(modelTopology: unknown, where: string): LowbitError {
  const { model_config: inner, ...outer } = Object(modelTopology) as { readonly model_config?: object };
  const isGraph = Array.isArray((outer as { readonly node?: unknown }).node);
  return new LowbitError({
    code: 'model-malformed',
    where,
    expected: 'a layers model: a topology with a class_name',
    received: isGraph
      ? 'a graph model'
      : `an object with ${Object.keys(inner ?? outer).join(', ') || 'no member'}`,
    remedy: isGraph ? 'Load it with loadGraph() of @lowbit/tfjs/graph.' : 'Save or convert the model again.',
  });
}

/**
 * The error for what TensorFlow.js threw while it built a model.
 *
 * @param topology What it was to build.
 */
export function notBuilt(cause: unknown, where: string, topology: object): LowbitError {
  if (!(cause instanceof UnsetWeights)) return worded(cause, where, topology);
  const { model, given, cause: own } = cause;
  const why = misnamed(model, Object.keys(given), own) ?? unplaced(model, given, own);
  return why?.inFile(where) ?? worded(own, where, topology);
}

function worded(cause: unknown, where: string, topology: object): LowbitError {
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
