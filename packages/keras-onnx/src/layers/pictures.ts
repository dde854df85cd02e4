import { idleLayers } from '@lowbit/keras';
import type { Graph } from '../graph/graph.js';
import { axisIn, layoutOf, type Layout } from '../graph/value.js';
import { pointwise } from './activation.js';
import { inputOf, isSized, outputOf, type Call, type LayerRule, type RuleTable } from './rule.js';
import { interpolation, refusedInterpolation } from './shaping.js';

/** x · scale + offset; both may be given for each channel. */
const rescaling: LayerRule = {
  mask: 'pass',
  write: (call) => {
    const { graph } = call;
    return pointwise(call, (x, layout) => {
      const scaled = graph.node('Mul', [x, perChannel(call, 'scale', 1, layout, graph)]);
      return graph.node('Add', [scaled, perChannel(call, 'offset', 0, layout, graph)]);
    });
  },
};

function perChannel(call: Call, name: string, fallback: number, layout: Layout, graph: Graph): string {
  const given = call.settings.values[name] ?? fallback;
  if (!Array.isArray(given)) return graph.float(Number(given));
  const rank = inputOf(call).length;
  const dims = Array<number>(rank).fill(1);
  dims[axisIn(layout, -1, rank)] = given.length;
  return graph.floats(given as number[], dims);
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
const idle: LayerRule = { mask: 'pass', integers: true, write: ({ inputs }) => inputs[0]! };

export const pictureRules: RuleTable = {
  Rescaling: rescaling,
  Resizing: resizing,
  CenterCrop: centerCrop,
  ...Object.fromEntries(idleLayers.split(' ').map((name) => [name, idle])),
};
