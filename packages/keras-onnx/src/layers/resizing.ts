import { axisIn, layoutOf, type Layout } from '../graph/value.js';
import {
  inputOf,
  isSized,
  outputOf,
  type Call,
  type LayerRule,
  type RuleTable,
  type WrittenCall,
} from './rule.js';
import { interpolation, refusedInterpolation } from './shaping.js';

type Size = readonly [height: number, width: number];

const wanted = ({ settings }: Call): Size => [settings.size('height'), settings.size('width')];

/** Height and width of pictures, which must be known. */
const given = (call: Call): Size => inputOf(call).slice(1, 3) as [number, number];

/** Of what is framed before it gets its size, which takes sizes that are known. */
const frames = ['crop_to_aspect_ratio', 'pad_to_aspect_ratio'];

/** Places are between the dots, and nothing is smoothed where pictures get smaller. */
const resizing: LayerRule = {
  refuse: (call) => {
    if (inputOf(call).length !== 4) return 'pictures without a batch';
    const frame = frames.find((name) => call.settings.flag(name, false));
    if (frame !== undefined && !isSized(inputOf(call))) return `${frame} and pictures of unknown size`;
    return call.settings.flag('antialias', false) ? 'antialias' : refusedInterpolation(call, 'bilinear');
  },
  write: (call) => {
    const result = sized(call, framed(call), call.settings.text('interpolation', 'bilinear'));
    return call.graph.value(result, outputOf(call), 'first');
  },
};

/** Pictures, channels first, in the size that is wanted. */
function sized(call: WrittenCall, x: string, by: string): string {
  const { graph } = call;
  const kept = graph.slice(graph.node('Shape', [x]), 0, 0, 2);
  const sizes = graph.node('Concat', [kept, graph.integers(wanted(call))], { axis: 0 });
  return graph.node('Resize', [x, '', '', sizes], interpolation(by));
}

/** Pictures, channels first, of the ratio of sides that is wanted. */
function framed(call: WrittenCall): string {
  const { settings } = call;
  if (settings.flag('crop_to_aspect_ratio', false)) return middle(call, fitting(call, Math.min), 'first');
  if (!settings.flag('pad_to_aspect_ratio', false)) return call.graph.first(call.inputs[0]!);
  return padded(call, fitting(call, Math.max));
}

/** The sides that have the ratio of the wanted ones: the smaller or the larger ones of those that keep one of the two. */
function fitting(call: Call, choose: typeof Math.min): Size {
  const [[height, width], [toHeight, toWidth]] = [given(call), wanted(call)];
  const fit = (own: number, ratio: number) => Math.max(choose(own, Math.floor(Math.fround(ratio))), 1);
  return [fit(height, (width * toHeight) / toWidth), fit(width, (height * toWidth) / toHeight)];
}

/** What is odd is cut off behind it. */
function middle(call: WrittenCall, size: Size, layout: Layout): string {
  const { graph, inputs } = call;
  const from = size.map((length, i) => Math.floor((given(call)[i]! - length) / 2));
  const axes = size.map((_, i) => axisIn(layout, i + 1, 4));
  const bounds = [from, from.map((start, i) => start + size[i]!), axes];
  return graph.node('Slice', [graph.in(layout, inputs[0]!), ...bounds.map((list) => graph.integers(list))]);
}

/** As much on both sides, as Keras does it. */
function padded(call: WrittenCall, size: Size): string {
  const { graph, inputs, settings } = call;
  const around = size.map((length, i) => Math.floor((length - given(call)[i]!) / 2)) as [number, number];
  const pads = graph.integers([0, 0, ...around, 0, 0, ...around]);
  return graph.pad(graph.first(inputs[0]!), pads, graph.float(settings.number('fill_value', 0)));
}

/** The middle of pictures; of smaller ones what has the ratio of the sides, made larger. */
const centerCrop: LayerRule = {
  refuse: (call) => {
    if (inputOf(call).length !== 4) return 'pictures without a batch';
    return isSized(inputOf(call)) ? undefined : 'inputs of which the size is not known';
  },
  write: (call) => {
    const { graph, inputs } = call;
    const size = wanted(call);
    const layout = layoutOf(inputs[0]!);
    if (size.every((length, i) => length <= given(call)[i]!))
      return graph.value(middle(call, size, layout), outputOf(call), layout);
    const larger = sized(call, middle(call, fitting(call, Math.min), 'first'), 'bilinear');
    return graph.value(larger, outputOf(call), 'first');
  },
};

export const resizingRules: RuleTable = { Resizing: resizing, CenterCrop: centerCrop };
