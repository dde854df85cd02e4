import type { JsonValue } from '../model.js';
import { scaledSum } from './application-layers.js';
import { arithmeticRules } from './arithmetic.js';
import { functionRules } from './function-operations.js';
import { copyRules } from './copy-operations.js';
import type { Steps } from './operation.js';
import { isObject, type RawLayer } from './raw-layer.js';
import { shapeRules } from './shape-operations.js';
import { tensorRules } from './tensor-operations.js';
import { operationForFunction, stepsForArithmetic } from './tensorflow-operations.js';

const rules = { ...arithmeticRules, ...functionRules, ...shapeRules, ...copyRules, ...tensorRules };

/** Operations some of whose settings stand in their call. */
const withNamed = ['Pad'];

/**
 * Layers with those in the place of operations that stand for them: Keras 3 writes `x + 3`, `x + y`, `x[:, 0]` and `ops.relu(x)` in Python as
 * operations, which models of `keras.applications` have too, and tf-keras as functions of TensorFlow. Other operations stay as they are.
 *
 * @param isHooked Whether the caller says what takes the place of a layer.
 */
export function layersForOperations(
  layers: readonly RawLayer[],
  isHooked: (layer: RawLayer) => boolean,
): readonly RawLayer[] {
  const taken = new Set(layers.map(({ name }) => name));
  return layers.flatMap((layer) => {
    if (isHooked(layer)) return [layer];
    const sum = scaledSum(layer, (wanted) => newName(wanted, taken));
    if (sum !== undefined) return sum;
    const steps = stepsOf(layer);
    if (steps !== undefined) return inPlaceOf(layer, { args: steps.args, kwargs: {} }, steps, taken);
    const older = stepsOfFunction(layer);
    return older === undefined ? [layer] : inPlaceOf(layer, older.args.flatMap(listOf), older, taken);
  });
}

function stepsOf(layer: RawLayer): Steps | undefined {
  const { className, config, inboundNodes } = layer;
  const [node, ...others] = inboundNodes;
  if (others.length > 0 || !isObject(node) || !Array.isArray(node['args']) || !isOperation(layer))
    return undefined;
  const named = isObject(node['kwargs']) ? node['kwargs'] : {};
  const areTaken = withNamed.includes(className) || Object.values(named).every((value) => value === null);
  if (!areTaken || !Object.hasOwn(rules, className)) return undefined;
  const args = node['args'] as readonly JsonValue[];
  return rules[className]!({ className, config: { ...config, ...named }, args });
}

/** What a function of TensorFlow is, which tf-keras wrote. */
function stepsOfFunction(layer: RawLayer): Steps | undefined {
  const operation = operationForFunction(layer);
  return operation === undefined ? stepsForArithmetic(layer) : rules[operation.className]!(operation);
}

/** The tensors in an argument of tf-keras: one as `[layer, call, output]`, or a list of such. */
function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) && Array.isArray(value[0]) ? (value as JsonValue[]) : [value];
}

/**
 * Whether Keras 3 wrote an operation on tensors, which may be called as a layer is: `Add`, `Reshape`. It stands without its module in `.h5`
 * files, but never has what every layer has.
 */
export function isOperation({ className, module, config, inboundNodes }: RawLayer): boolean {
  if (module !== undefined) return /\.ops\./.test(module);
  // Some operations have a type among their settings, and some layers nothing else that every layer has.
  const isTyped = (config['dtype'] ?? null) !== null && !Object.hasOwn(rules, className);
  const isLayer = config['trainable'] !== undefined || isTyped;
  return className !== 'InputLayer' && !isLayer && inboundNodes.some(isObject);
}

/** The last step has the name of the operation, for those that use what comes out. */
function inPlaceOf(
  { name }: RawLayer,
  first: JsonValue,
  { steps }: Steps,
  taken: Set<string>,
): readonly RawLayer[] {
  let node = first;
  return steps.map(({ className, config, copies }, i) => {
    const own = i === steps.length - 1 ? name : newName(`${name}_${i + 1}`, taken);
    const layer: RawLayer = {
      className,
      writtenClass: className,
      config: { name: own, trainable: true, dtype: 'float32', ...config },
      name: own,
      inboundNodes: [copies === undefined ? node : repeated(node, copies)],
      isOperation: true,
    };
    const result = { class_name: '__keras_tensor__', config: { keras_history: [own, 0, 0] } };
    node = { args: [result], kwargs: {} };
    return layer;
  });
}

/** A call with its one tensor, as Keras 3 or tf-keras writes it, several times in a list. */
function repeated(node: JsonValue, copies: number): JsonValue {
  if (!isObject(node)) return Array<JsonValue>(copies).fill((node as readonly JsonValue[])[0]!);
  const [tensor] = node['args'] as readonly JsonValue[];
  return { ...node, args: [Array<JsonValue>(copies).fill(tensor!)] };
}

/** A name that no layer has, taken from then on. */
function newName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
  taken.add(name);
  return name;
}
