import { isLowbitError } from '@lowbit/core';
import type { StoredWeight } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { separateArguments } from '../model/call-arguments.js';
import { withoutInitializers } from '../model/without-initializers.js';
import { UnsetWeights } from './unset-weights.js';
import type { SeparateWeights } from './weight-data.js';

type Layer = tfLayers.layers.Layer;
type FromConfig = (
  constructor: unknown,
  config: unknown,
  customObjects: object,
  fastWeightInit: boolean,
) => unknown;

/** Weights beside those of the artifacts, and the order of all. */
type Others = Pick<SeparateWeights, 'expanded' | 'names'>;

/** Those of models that are being built, by a number that their topologies bring along. */
const building = new Map<number, Others>();
let count = 0;

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
  others: Others,
): Promise<tfLayers.LayersModel> {
  const topology = topologyIn(artifacts);
  if (topology === undefined) throw (await words()).noLayersModel(artifacts.modelTopology, where);
  tf.serialization.registerClass(CarefulBuild);
  const number = count++;
  building.set(number, others);
  const careful = { class_name: CarefulBuild.className, config: { topology, number } };
  try {
    const source = tf.io.fromMemory({ ...artifacts, modelTopology: careful });
    const model = await tfLayers.loadLayersModel(source);
    separateArguments(model);
    return model;
  } catch (cause) {
    if (isLowbitError(cause)) throw cause;
    throw (await words()).notBuilt(cause, where, topology);
  } finally {
    building.delete(number);
  }
}

/** What is said of a file that makes no model, which a page that loads one does not carry. */
const words = () => import('./not-built.js');

/**
 * Stands around a topology while TensorFlow.js builds it, which is the only place where one learns at once that building or setting
 * the weights has failed. What it gives is the model itself.
 */
class CarefulBuild extends tfLayers.layers.Layer {
  static readonly className = 'LowbitCarefulBuild';

  static override fromConfig<T>(
    _constructor: unknown,
    { topology, number }: tf.serialization.ConfigDict,
    customObjects: tf.serialization.ConfigDict = {},
    fastWeightInit = false,
  ): T {
    const model = cleaningUp(() =>
      withoutInitializers(() => builtBy(topology as object, customObjects, fastWeightInit)),
    );
    const own = model.loadWeights.bind(model);
    model.loadWeights = (read, strict) => {
      delete (model as Partial<typeof model>).loadWeights;
      const { expanded, names } = building.get(number as number)!;
      const made = Object.fromEntries(Array.from(expanded, ([name, each]) => [name, tensorOf(each)]));
      const all = { ...(read as tf.NamedTensorMap), ...made };
      const weights = Object.fromEntries(names.flatMap((name) => (all[name] ? [[name, all[name]]] : [])));
      try {
        own(weights, strict);
        tf.dispose(made);
      } catch (cause) {
        tf.dispose(weights);
        new Set(model.weights).forEach((weight) => weight.dispose());
        throw new UnsetWeights(model, weights, cause);
      }
    };
    return model as T;
  }
}

const tensorOf = ({ spec, bytes }: StoredWeight) =>
  tf.tensor(
    new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
    [...spec.shape],
    'float32',
  );

function builtBy(topology: object, customObjects: object, fastWeightInit: boolean) {
  const { className, config: inner } = topology as { className: string; config: object };
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

/** As Keras writes it, or inside a `model_config`; `undefined` where there is none. */
function topologyIn({ modelTopology }: tf.io.ModelArtifacts): object | undefined {
  const outer = Object(modelTopology) as { readonly model_config?: object };
  const topology = (outer.model_config ?? outer) as { readonly class_name?: unknown };
  return typeof topology.class_name === 'string' ? topology : undefined;
}
