import type { JsonValue, KerasLayer, KerasNetwork, Shape } from '@lowbit/keras';
import type { ElementType } from '@lowbit/onnx/build';
import type { Graph } from './graph/graph.js';
import type { Value } from './graph/value.js';

/** The shape that an input layer declares. */
export function inputShape(network: KerasNetwork, name: string): Shape | undefined {
  const shape: JsonValue | undefined = layerOf(network, name).config['batch_input_shape'];
  return Array.isArray(shape) ? (shape as Shape) : undefined;
}

function layerOf({ layers }: KerasNetwork, name: string): KerasLayer {
  return layers.find((layer) => layer.name === name)!;
}

/** The type that an input layer declares. */
export function declaredType(network: KerasNetwork, name: string): JsonValue {
  return layerOf(network, name).config['dtype'] ?? 'float32';
}

/** Types of inputs that a file of ONNX has too; all floats are computed in float32. */
const integers: readonly ElementType[] = [
  'int32',
  'int64',
  'uint8',
  'int8',
  'int16',
  'uint16',
  'uint32',
  'bool',
];

/** An input of the model under its name in Keras. */
export function writeInput(graph: Graph, network: KerasNetwork, name: string): Value {
  const shape = inputShape(network, name) as Shape;
  const type = integers.find((one) => one === declaredType(network, name)) ?? 'float32';
  const input = graph.builder.input(name, type, namedSizes(shape, name));
  return { shape, type, masked: false, names: { last: input } };
}

/** Sizes that are not known get names, by which runtimes tell that they are equal: the batch, and the axes of each value. */
export function namedSizes(shape: Shape, name: string): readonly (number | string)[] {
  return shape.map((size, axis) => size ?? (axis === 0 ? 'batch' : `${name}_${axis}`));
}
