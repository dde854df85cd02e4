import type { Argument, JsonValue, KerasCall, KerasLayer, KerasNetwork, Shape } from '../model.js';
import { isObject } from '../topology/raw-layer.js';
import type { LayerNames } from '../network/layer-names.js';

/**
 * A network in which activations that are more than a function of one value are layers behind those that had them: TensorFlow.js knows activations
 * by name alone, and lets none change a shape. Recurrent layers keep theirs, which are used at every step.
 */
export function withOwnActivations(
  network: KerasNetwork,
  names: LayerNames,
): { readonly network: KerasNetwork; readonly names: LayerNames } {
  const all = new Map(names);
  const taken = new Set(names.values());
  const result = changed(network, (layer) => {
    const activation = activationLayer(layer, unused(`${names.get(layer)!}_activation`, taken));
    if (activation === undefined) return undefined;
    const linear = withoutActivation(layer);
    for (const [key, name] of namesInside(layer, linear, names)) all.set(key, name);
    for (const each of [activation, ...Object.values(activation.parts)]) all.set(each, activation.name);
    taken.add(activation.name);
    return { linear, activation };
  });
  return { network: result, names: all };
}

interface Split {
  readonly linear: KerasLayer;
  readonly activation: KerasLayer;
}

function changed(network: KerasNetwork, split: (layer: KerasLayer) => Split | undefined): KerasNetwork {
  const splits = new Map(network.layers.map((layer) => [layer, split(layer)]));
  if ([...splits.values()].every((each) => each === undefined)) return network;
  const byName = new Map([...splits].map(([{ name }, each]) => [name, each]));
  const behind = (argument: Argument): Argument => {
    if ('list' in argument) return { list: argument.list.map(behind) };
    if (!('tensor' in argument)) return argument;
    const { tensor } = argument;
    const activation = byName.get(tensor.layer)?.activation;
    return { tensor: activation === undefined ? tensor : { ...tensor, layer: activation.name } };
  };
  const calls = network.calls.flatMap((call) => {
    const kwargs = Object.entries(call.kwargs).map(([name, each]) => [name, behind(each)] as const);
    const own = { ...call, args: call.args.map(behind), kwargs: Object.fromEntries(kwargs) };
    const both = splits.get(call.layer);
    return both === undefined ? [own] : callsOf(own, both);
  });
  const outputs = network.outputs.map((tensor) => (behind({ tensor }) as { tensor: typeof tensor }).tensor);
  const layers = network.layers.flatMap((layer) => {
    const both = splits.get(layer);
    return both === undefined ? [layer] : [both.linear, both.activation];
  });
  return { ...network, layers, calls, outputs };
}

function callsOf(call: KerasCall, { linear, activation }: Split): readonly KerasCall[] {
  const { index, outputShapes } = call;
  const shapes = isGated(activation) ? outputShapes.map(ungated) : outputShapes;
  const source = { layer: linear.name, call: index, output: 0 };
  return [
    { ...call, layer: linear, outputShapes: shapes },
    { layer: activation, index, args: [{ tensor: source }], kwargs: {}, inputShapes: shapes, outputShapes },
  ];
}

/** What goes into a gated linear unit is twice as wide as what comes out. */
function ungated(shape: Shape | undefined): Shape | undefined {
  const width = shape?.at(-1);
  return shape && [...shape.slice(0, -1), typeof width === 'number' ? 2 * width : null];
}

function isGated({ config }: KerasLayer): boolean {
  return config['activation'] === 'glu';
}

const wrappers = ['TimeDistributed', 'QuantizedInput'];

/** The layer that an activation becomes; undefined where a name of a function says enough. */
function activationLayer(layer: KerasLayer, name: string): KerasLayer | undefined {
  const { id, className, config, trainable, parts } = layer;
  const inner = wrappers.includes(className) ? parts['layer'] : undefined;
  if (inner !== undefined) {
    const activation = activationLayer(inner, name);
    return (
      activation &&
      (className === 'TimeDistributed' ? { ...layer, id, name, parts: { layer: activation } } : activation)
    );
  }
  const value = config['activation'] ?? null;
  if (
    className === 'Activation' ||
    config['recurrent_activation'] !== undefined ||
    'return_sequences' in config
  )
    return undefined;
  const made = classAndConfig(value);
  return made && { id: `${id}/activation`, name, trainable, weights: [], parts: {}, ...made };
}

function classAndConfig(value: JsonValue): Pick<KerasLayer, 'className' | 'config'> | undefined {
  if (value === 'glu') return { className: 'Activation', config: { activation: 'glu' } };
  if (!isObject(value) || !isObject(value['config'])) return undefined;
  return { className: String(value['class_name']), config: value['config'] };
}

function withoutActivation(layer: KerasLayer): KerasLayer {
  const { config, parts } = layer;
  const inner = parts['layer'];
  if (inner !== undefined) return { ...layer, parts: { ...parts, layer: withoutActivation(inner) } };
  return { ...layer, config: { ...config, activation: 'linear' } };
}

/** The names of a layer and of those in it, for one that was made of it. */
function namesInside(from: KerasLayer, to: KerasLayer, names: LayerNames): readonly [KerasLayer, string][] {
  const inside = Object.entries(to.parts).flatMap(([key, part]) =>
    namesInside(from.parts[key]!, part, names),
  );
  return [[to, names.get(from)!], ...inside];
}

function unused(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let i = 1; taken.has(name); i++) name = `${wanted}_${i}`;
  return name;
}
