import { idleLayers, type JsonValue } from '@lowbit/keras';
import { axisIn, layoutOf, type Layout } from '../graph/value.js';
import { inputOf, isSized, outputOf, type LayerRule, type RuleTable, type WrittenCall } from './rule.js';
import { interpolation, refusedInterpolation } from './shaping.js';

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

/** Places are between the dots, and nothing is smoothed where pictures get smaller. */
const resizing: LayerRule = {
  refuse: (call) => {
    if (inputOf(call).length !== 4) return 'pictures without a batch';
    const settings = ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias'];
    const set = settings.find((name) => call.settings.flag(name, false));
    return set ?? refusedInterpolation(call, 'bilinear');
  },
  write: (call) => {
    const { graph, settings, inputs } = call;
    const x = graph.first(inputs[0]!);
    const kept = graph.slice(graph.node('Shape', [x]), 0, 0, 2);
    const size = graph.integers([settings.size('height'), settings.size('width')]);
    const sizes = graph.node('Concat', [kept, size], { axis: 0 });
    const how = interpolation(settings.text('interpolation', 'bilinear'));
    return graph.value(graph.node('Resize', [x, '', '', sizes], how), outputOf(call), 'first');
  },
};

/** Its middle; what is odd is cut off after it. */
const centerCrop: LayerRule = {
  refuse: (call) => {
    const shape = inputOf(call);
    const sizes = [call.settings.size('height'), call.settings.size('width')];
    if (shape.length !== 4) return 'pictures without a batch';
    return isSized(shape) && sizes.every((size, i) => size <= (shape[i + 1] as number))
      ? undefined
      : 'inputs of which the size is not known, or smaller ones';
  },
  write: (call) => {
    const { graph, settings, inputs } = call;
    const layout = layoutOf(inputs[0]!);
    const sizes = [settings.size('height'), settings.size('width')];
    const from = sizes.map((size, i) => Math.floor(((inputOf(call)[i + 1] as number) - size) / 2));
    const axes = sizes.map((_, i) => axisIn(layout, i + 1, 4));
    const bounds = [from, from.map((start, i) => start + sizes[i]!), axes];
    const given = [graph.in(layout, inputs[0]!), ...bounds.map((list) => graph.integers(list))];
    return graph.value(graph.node('Slice', given), outputOf(call), layout);
  },
};

/** Layers that do nothing when a model is used. */
const idle: LayerRule = { integers: true, write: ({ inputs }) => inputs[0]! };

export const pictureRules: RuleTable = {
  Rescaling: rescaling,
  Resizing: resizing,
  CenterCrop: centerCrop,
  ...Object.fromEntries(idleLayers.split(' ').map((name) => [name, idle])),
};
