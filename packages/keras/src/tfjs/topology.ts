import { LowbitError, type Problem } from '@lowbit/core';
import type {
  Argument,
  JsonObject,
  JsonValue,
  KerasLayer,
  KerasModel,
  KerasNetwork,
  Shape,
  TensorReference,
} from '../model.js';
import { quantizedInputClass } from '../quantized-input.js';
import type { FormContext } from './forms/form.js';
import { layerForm } from './layer-form.js';
import type { LayerNames } from './layer-names.js';

/**
 * The topology of a model as TensorFlow.js reads it: in the words of Keras 2, in which some layers give way to others that compute the same.
 *
 * @throws LowbitError `layer-unsupported` with every layer that TensorFlow.js does not have, or would compute otherwise.
 */
export function tfjsTopology(model: KerasModel, names: LayerNames): JsonObject {
  const problems: Problem[] = [];
  const context = { isKeras3: (model.kerasVersion ?? '').startsWith('3'), hasMasks: hasMasks(model.network) };
  const topology = networkJson(model.network, { ...context, names, problems });
  const [first, ...others] = problems;
  if (first !== undefined) throw new LowbitError([first, ...others]);
  return topology;
}

interface Context extends Pick<FormContext, 'isKeras3' | 'hasMasks'> {
  readonly names: LayerNames;
  readonly problems: Problem[];
}

/** Of a layer's first call. */
type Shapes = Pick<FormContext, 'input' | 'output'>;

function hasMasks({ layers }: KerasNetwork): boolean {
  return layers.some(
    ({ className, config, network }) =>
      className === 'Masking' ||
      (className === 'Embedding' && config['mask_zero'] === true) ||
      (network !== undefined && hasMasks(network)),
  );
}

function networkJson(network: KerasNetwork, context: Context): JsonObject {
  const layers = network.layers.map((layer) => layerJson(layer, network, context));
  const isChain = network.kind === 'Sequential';
  const references = (list: readonly TensorReference[]) =>
    list.map((each) => referenceJson(each, network, context));
  const config = isChain
    ? { name: network.name, layers: withoutNodes(layers) }
    : {
        name: network.name,
        layers,
        input_layers: references(network.inputs),
        output_layers: references(network.outputs),
      };
  return { class_name: isChain ? 'Sequential' : 'Functional', config };
}

/** A Sequential says by itself what is called with what. */
function withoutNodes(layers: readonly JsonObject[]): readonly JsonObject[] {
  return layers.map(({ class_name = null, config = null }) => ({ class_name, config }));
}

function layerJson(layer: KerasLayer, network: KerasNetwork, context: Context): JsonObject {
  const name = context.names.get(layer)!;
  const calls = network.calls
    .filter((call) => call.layer === layer)
    .sort((a, b) => a.index - b.index)
    .map(({ args, kwargs }) => nodeJson(layer, [...args, ...Object.values(kwargs)], network, context));
  const first = network.calls.find((call) => call.layer === layer);
  const shapes = { input: first?.inputShapes[0], output: first?.outputShapes[0] };
  return { ...describe(layer, { ...context, ...shapes }, name), name, inbound_nodes: calls };
}

/** Class and configuration, with the layers inside. */
function describe(layer: KerasLayer, context: Context & Shapes, name: string): JsonObject {
  if (layer.network !== undefined) {
    const { class_name: className, config } = networkJson(layer.network, context);
    return { class_name: className!, config: { ...(config as JsonObject), name } };
  }
  const weights = Object.fromEntries(layer.weights.map((weight) => [weight.name, weight.shape]));
  const form = layerForm(layer, { ...context, weights });
  if ('refused' in form) {
    const { refused: received, remedy } = form;
    const expected = 'a layer that TensorFlow.js computes as Keras does';
    context.problems.push({ code: 'layer-unsupported', where: layer.id, expected, received, remedy });
    return { class_name: layer.className, config: { name } };
  }
  const config = { ...form.config, ...partsJson(layer, context), name };
  return { class_name: form.className, config };
}

/** The layers that a wrapper has in its configuration. */
function partsJson(layer: KerasLayer, context: Context & Shapes): Record<string, JsonValue> {
  const { parts, className } = layer;
  const inside = { ...context, ...shapesInside(layer, context) };
  const json = (part: KerasLayer): JsonObject => describe(part, inside, context.names.get(part)!);
  const { layer: wrapped, cell, forward_layer: forward, backward_layer: backward } = parts;
  if (className === 'StackedRNNCells') return { cells: Object.values(parts).map(json) };
  if (forward !== undefined && backward !== undefined) {
    if (!isMirrored(forward, backward)) {
      const received = 'Bidirectional with layers that differ';
      const remedy = 'Build the model with two layers of one kind.';
      context.problems.push({ code: 'layer-unsupported', where: backward.id, received, remedy });
    }
    return { layer: json(forward) };
  }
  return { ...(wrapped && { layer: json(wrapped) }), ...(cell && { cell: json(cell) }) };
}

/** What the layer in a wrapper is called with, where that is known. */
function shapesInside({ className }: KerasLayer, { input, output }: Shapes): Shapes {
  if (className === quantizedInputClass) return { input, output };
  const step = (shape: Shape | undefined) => shape?.filter((_, axis) => axis !== 1);
  return className === 'TimeDistributed'
    ? { input: step(input), output: step(output) }
    : { input: undefined, output: undefined };
}

/** TensorFlow.js makes the layer that goes backward from the other one. */
function isMirrored(forward: KerasLayer, backward: KerasLayer): boolean {
  const ignored = ['name', 'go_backwards'];
  const settings = ({ className, config }: KerasLayer) =>
    JSON.stringify([className, Object.entries(config).filter(([key]) => !ignored.includes(key))]);
  const ways = [forward, backward].map(({ config }) => config['go_backwards'] === true);
  return settings(forward) === settings(backward) && !ways[0] && ways[1]!;
}

function nodeJson(
  layer: KerasLayer,
  args: readonly Argument[],
  network: KerasNetwork,
  context: Context,
): JsonValue {
  const tensors = args.flatMap((each) => tensorsOf(each));
  if (tensors.length < args.length) {
    const received = `${layer.className}, which is called with values that are no tensors`;
    const remedy = 'Give them to the layer when it is made.';
    context.problems.push({ code: 'layer-unsupported', where: layer.id, received, remedy });
  }
  return tensors.map((each) => [...referenceJson(each, network, context), {}]);
}

function tensorsOf(argument: Argument): readonly TensorReference[] {
  if ('tensor' in argument) return [argument.tensor];
  return 'list' in argument ? argument.list.flatMap(tensorsOf) : [];
}

/** TensorFlow.js counts the call by which a model was made, as Keras 2 does. */
function referenceJson(
  { layer, call, output }: TensorReference,
  network: KerasNetwork,
  { names }: Context,
): JsonValue[] {
  const source = network.layers.find(({ name }) => name === layer)!;
  return [names.get(source)!, source.network === undefined ? call : call + 1, output];
}
