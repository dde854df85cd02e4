import { idleLayers, type JsonValue } from '@lowbit/keras';
import { axisIn, layoutOf, type Layout } from '../graph/value.js';
import { inputOf, outputOf, type LayerRule, type RuleTable, type WrittenCall } from './rule.js';

/** x · scale + offset; both may be arrays, which differ along the last axes. */
const rescaling: LayerRule = {
  write: (call) => {
    const { graph, settings, inputs } = call;
    const given = [settings.values['scale'] ?? 1, settings.values['offset'] ?? 0] as const;
    const layout = given.every((value) => sizesOf(value).length <= 1) ? layoutOf(inputs[0]!) : 'last';
    const constants = given.map((value) => constant(call, value, layout));
    const scaled = graph.node('Mul', [graph.in(layout, inputs[0]!), constants[0]!]);
    return graph.value(graph.node('Add', [scaled, constants[1]!]), outputOf(call), layout);
  },
};

/** An array of as many axes as the input has, with one value for each channel in either layout. */
function constant(call: WrittenCall, value: JsonValue, layout: Layout): string {
  const sizes = sizesOf(value);
  if (sizes.length === 0) return call.graph.float(Number(value));
  const values = valuesOf(value);
  const rank = inputOf(call).length;
  if (sizes.length > 1) return call.graph.floats(values, sizes);
  const dims = Array<number>(rank).fill(1);
  dims[axisIn(layout, -1, rank)] = values.length;
  return call.graph.floats(values, dims);
}

function valuesOf(value: JsonValue): readonly number[] {
  return Array.isArray(value) ? (value as JsonValue[]).flatMap(valuesOf) : [Number(value)];
}

function sizesOf(value: JsonValue): readonly number[] {
  return Array.isArray(value) ? [value.length, ...sizesOf((value as JsonValue[])[0]!)] : [];
}

/** Layers that do nothing when a model is used. */
const idle: LayerRule = { integers: true, write: ({ inputs }) => inputs[0]! };

export const pictureRules: RuleTable = {
  Rescaling: rescaling,
  ...Object.fromEntries(idleLayers.split(' ').map((name) => [name, idle])),
};
