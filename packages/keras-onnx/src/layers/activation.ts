import { Settings, type JsonObject, type JsonValue } from '@lowbit/keras';
import type { Graph } from '../graph/graph.js';
import { axesFrom, axisIn, layoutOf, type Layout, type Value } from '../graph/value.js';
import { functionOf } from './functions.js';
import { outputOf, type Call, type LayerRule, type RuleTable, type WrittenCall } from './rule.js';

/** Writes what is computed value by value, in the layout in which the value stands. */
export function pointwise(
  call: WrittenCall,
  write: (x: string, layout: Layout) => string,
  [input] = call.inputs,
): Value {
  const layout = layoutOf(input!);
  return call.graph.value(write(call.graph.in(layout, input!), layout), outputOf(call), layout);
}

/** What an activation that is a layer is computed by. */
type LayerFunction = (
  settings: Settings,
  graph: Graph,
  x: string,
  axis: (axis: number) => number,
) => string | undefined;

/** `max_value` from there, x from `threshold`, and a slope below it. */
const relu: LayerFunction = (settings, graph, x) => {
  const [slope, threshold] = [settings.number('negative_slope', 0), settings.number('threshold', 0)];
  const most = settings.has('max_value') ? settings.number('max_value') : undefined;
  if (slope === 0 && threshold === 0 && most !== undefined)
    return graph.node('Clip', [x, graph.float(0), graph.float(most)]);
  const value = slope === 0 && threshold === 0 ? graph.node('Relu', [x]) : kinked(graph, x, slope, threshold);
  return most === undefined ? value : graph.node('Min', [value, graph.float(most)]);
};

function kinked(graph: Graph, x: string, slope: number, threshold: number): string {
  if (threshold === 0) return graph.node('LeakyRelu', [x], { alpha: { float: slope } });
  const below = graph.node('Mul', [graph.node('Sub', [x, graph.float(threshold)]), graph.float(slope)]);
  return graph.node('Where', [graph.node('Less', [x, graph.float(threshold)]), below, x]);
}

const layerFunctions: Readonly<Record<string, LayerFunction>> = {
  ReLU: relu,
  LeakyReLU: (settings, graph, x) =>
    graph.node('LeakyRelu', [x], { alpha: { float: settings.number('alpha', 0.3) } }),
  ELU: (settings, graph, x) => graph.node('Elu', [x], { alpha: { float: settings.number('alpha', 1) } }),
  ThresholdedReLU: (settings, graph, x) =>
    graph.node('ThresholdedRelu', [x], { alpha: { float: settings.number('theta', 1) } }),
  Softmax: (settings, graph, x, axis) =>
    graph.node('Softmax', [x], { axis: axis(settings.integers('axis', -1)[0] as number) }),
};

/** The activation that a layer has among its settings, over a value that stands in a layout. */
export function activated(
  call: WrittenCall,
  x: string,
  layout: Layout,
  rank = outputOf(call).length,
): string {
  return applied(call, call.settings.values['activation'], x, (axis) => axisIn(layout, axis, rank));
}

/** What a function of Keras, by its name or as a layer, gives for a value. @param axis Where an axis of Keras stands in the graph. */
export function applied(
  { graph, isKeras3, layer }: WrittenCall,
  activation: JsonValue | undefined,
  x: string,
  axis: (axis: number) => number,
): string {
  if (!isLayer(activation)) return functionOf(activation ?? 'linear')!(graph, x, axis(-1), isKeras3);
  const { class_name: className, config } = activation;
  const settings = new Settings(config as JsonObject, layer.id);
  return layerFunctions[className as string]!(settings, graph, x, axis) as string;
}

const isLayer = (activation: JsonValue | undefined): activation is JsonObject =>
  typeof activation === 'object' && activation !== null;

/** Why the activation of a layer cannot be written. */
export const refusedActivation = ({ settings }: Call) => refusedFunction(settings.values['activation']);

/** Why a function of Keras, by its name or as a layer, cannot be written. */
export function refusedFunction(activation: JsonValue | undefined): string | undefined {
  if (isLayer(activation)) return refusedLayer(activation['class_name'] as string, activation['config']);
  return functionOf(activation ?? 'linear') === undefined
    ? `the activation ${JSON.stringify(activation)}`
    : undefined;
}

function refusedLayer(className: string, config: JsonValue | undefined): string | undefined {
  const axis = (config as JsonObject | undefined)?.['axis'];
  return className === 'Softmax' && Array.isArray(axis) && axis.length !== 1 ? 'several axes' : undefined;
}

/** A layer of its own. */
function layerOf(name: string): LayerRule {
  return {
    ...(name === 'Softmax' && { mask: 'refuse' }),
    refuse: ({ settings }) => refusedLayer(name, settings.values),
    write: (call) =>
      pointwise(call, (x, layout) => {
        const axis = (own: number) => axisIn(layout, own, outputOf(call).length);
        return layerFunctions[name]!(call.settings, call.graph, x, axis) as string;
      }),
  };
}

/** Slopes shaped like a sample. */
const prelu: LayerRule = {
  write: async (call) => {
    const layout = layoutOf(call.inputs[0]!);
    const rank = outputOf(call).length;
    const axes = axesFrom('last', rank)
      .slice(1)
      .map((axis) => axis - 1);
    const slopes = await call.weights.find(call.layer, 'alpha', layout === 'first' ? { axes } : {});
    return pointwise(call, (x) => call.graph.node('PRelu', [x, slopes!]));
  },
};

export const activationRules: RuleTable = {
  Activation: {
    refuse: refusedActivation,
    write: (call) => pointwise(call, (x, layout) => activated(call, x, layout)),
  },
  ...Object.fromEntries(Object.keys(layerFunctions).map((name) => [name, layerOf(name)])),
  PReLU: prelu,
};
