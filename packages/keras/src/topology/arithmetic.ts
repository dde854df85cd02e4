import type { JsonObject, JsonValue } from '../model.js';
import { isObject, type RawLayer } from './raw-layer.js';

/** What `x · scale + offset` is of an operation of Keras 3 between a tensor and a number, with the number in front or behind. */
const withNumber: Readonly<
  Record<string, (number: number, isFirst: boolean) => readonly [number, number] | undefined>
> = {
  Add: (number) => [1, number],
  Subtract: (number, isFirst) => (isFirst ? [-1, number] : [1, -number]),
  Multiply: (number) => [number, 0],
  Divide: (number, isFirst) => (isFirst ? undefined : [1 / number, 0]),
  TrueDivide: (number, isFirst) => (isFirst ? undefined : [1 / number, 0]),
};

/** Operations between two tensors that are layers of the same name where both have one shape. */
const withTensor = ['Add', 'Subtract', 'Multiply', 'Maximum', 'Minimum'];

/**
 * Layers with those in the place of arithmetic that stand for it: Keras 3 writes `x + 3`, `x / 6` and `x + y` in Python as operations, which
 * models of `keras.applications` have too. Other operations stay as they are.
 */
export function layersForArithmetic(layers: readonly RawLayer[]): readonly RawLayer[] {
  return layers.map((layer) => {
    const [node, ...others] = layer.inboundNodes;
    if (others.length > 0 || !isObject(node) || !Array.isArray(node['args']) || !isOperation(layer))
      return layer;
    const [first, second, ...rest] = node['args'] as readonly JsonValue[];
    if (rest.length > 0 || first === undefined || second === undefined) return layer;
    return scaled(layer, first, second) ?? merged(layer, first, second) ?? layer;
  });
}

/**
 * Whether Keras 3 wrote an operation on tensors, which may be called as a layer is: `Add`, `Reshape`. It stands without its module in `.h5`
 * files, but never has what every layer has.
 */
export function isOperation({ className, module, config, inboundNodes }: RawLayer): boolean {
  if (module !== undefined) return /\.ops\./.test(module);
  const isLayer = ['trainable', 'dtype'].some((key) => config[key] !== undefined);
  return className !== 'InputLayer' && !isLayer && inboundNodes.some(isObject);
}

function scaled(layer: RawLayer, first: JsonValue, second: JsonValue): RawLayer | undefined {
  const isFirst = typeof first === 'number';
  const [tensor, number] = isFirst ? [second, first] : [first, second];
  if (typeof number !== 'number' || shapeOf(tensor) === undefined) return undefined;
  const own = Object.hasOwn(withNumber, layer.className)
    ? withNumber[layer.className]!(number, isFirst)
    : undefined;
  if (own === undefined || !own.every(Number.isFinite)) return undefined;
  const [scale, offset] = own;
  return instead(layer, 'Rescaling', { scale, offset }, [tensor]);
}

function merged(layer: RawLayer, first: JsonValue, second: JsonValue): RawLayer | undefined {
  const shape = shapeOf(first);
  const isSame = shape !== undefined && shape === shapeOf(second);
  return isSame && withTensor.includes(layer.className)
    ? instead(layer, layer.className, {}, [[first, second]])
    : undefined;
}

function instead(
  layer: RawLayer,
  className: string,
  config: JsonObject,
  args: readonly JsonValue[],
): RawLayer {
  const { name } = layer;
  return {
    className,
    writtenClass: className,
    config: { name, trainable: true, dtype: 'float32', ...config },
    name,
    inboundNodes: [{ args, kwargs: {} }],
  };
}

/** The shape of a tensor in arguments, as text; undefined for what is none. */
function shapeOf(value: JsonValue): string | undefined {
  if (!isObject(value) || value['class_name'] !== '__keras_tensor__') return undefined;
  return isObject(value['config']) ? JSON.stringify(value['config']['shape'] ?? null) : undefined;
}
