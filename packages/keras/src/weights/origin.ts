import type { JsonValue } from '../model.js';
import type { Origin } from '../topology/older-problems.js';
import { isObject, type RawLayer } from '../topology/raw-layer.js';
import type { Topology } from '../topology/read-topology.js';
import { layeredRoot } from './layered.js';
import { listAttribute, type TensorStore } from './store.js';

/** What Keras computed with, as far as kernels depend on it. */
export type KerasBackend = 'theano' | 'tensorflow';

/** Who made a model and who wrote its weights, which may be of another version. */
export interface Origins {
  readonly topology: Origin;
  readonly weights: Origin;
  /** Nothing tells with what a model of Keras 1 was computed; it is taken for one of TensorFlow. */
  readonly isUnsure: boolean;
}

/**
 * Tells who made a model, and who wrote its weights.
 *
 * @param given What the user says that Keras computed with.
 */
export function originsOf(
  { model, version, backend }: Topology,
  store: TensorStore | undefined,
  given: KerasBackend | undefined,
): Origins {
  const isOfKeras1 = version === undefined ? hasOldWords(model) : version.startsWith('1.');
  const root = store === undefined ? undefined : layeredRoot(store);
  const said = (name: string) => [root?.replace(/\/$/, ''), ''].map((group) => attribute(store, group, name));
  const [ownVersion] = said('keras_version').filter(isDefined);
  const [ownBackend] = said('backend').filter(isDefined);
  const isOld = ownVersion?.startsWith('1.') ?? isOfKeras1;
  const named = isOld && store !== undefined ? backendByNames(store) : undefined;
  const found = given ?? ownBackend ?? named ?? backend;
  const isFromTheano = found === 'theano';
  return {
    topology: { isOfKeras1, isFromTheano },
    weights: { isOfKeras1: isOld, isFromTheano },
    isUnsure: isOld && found === undefined,
  };
}

const isDefined = (value: string | undefined): value is string => value !== undefined;

function attribute(
  store: TensorStore | undefined,
  group: string | undefined,
  name: string,
): string | undefined {
  const value = group === undefined ? undefined : store?.groups.get(group)?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** Members and classes that Keras 2 does not write any more. */
const members = ['input_dtype', 'nb_filter', 'border_mode', 'dim_ordering', 'inner_activation', 'subsample'];
const classes = /^(Convolution|AtrousConvolution|Deconvolution|Merge$|TimeDistributedDense$)/;

/** Whether a model that does not tell its version has words that only Keras 1 has. */
function hasOldWords({ config }: RawLayer): boolean {
  const models = new Set<JsonValue>([config]);
  // The set grows while it is gone through; an object that holds itself is met once.
  for (const model of models) {
    const list = isObject(model) ? model['layers'] : undefined;
    const layers = (Array.isArray(list) ? (list as JsonValue[]) : []).filter(isObject);
    for (const { class_name: name, config: own = null } of layers) {
      if (typeof name === 'string' && classes.test(name)) return true;
      if (isObject(own) && members.some((member) => Object.hasOwn(own, member))) return true;
      models.add(Array.isArray(own) ? { layers: own as JsonValue[] } : own);
    }
  }
  return false;
}

/**
 * What Keras 1, whose files do not say it, computed with, by the names of weights: those of TensorFlow end in the number of an output
 * (`convolution2d_1_W:0`), those of Theano do not. Undefined where weights are numbered alone.
 */
function backendByNames({ groups }: TensorStore): KerasBackend | undefined {
  const names = [...groups.values()].flatMap((group) => listAttribute(group, 'weight_names') ?? []);
  if (names.some((name) => /:\d+$/.test(name))) return 'tensorflow';
  return names.some((name) =>
    /_(W|U|b|alphas|betas|gamma|beta|running_mean|running_std)(_[a-z])?$/.test(name),
  )
    ? 'theano'
    : undefined;
}
