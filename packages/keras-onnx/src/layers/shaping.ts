import { axisIn, layoutOf } from '../graph/value.js';
import { pointwise } from './activation.js';
import { inputOf, outputOf, type Call, type LayerRule, type RuleTable } from './rule.js';

const flatten: LayerRule = {
  write: (call) => {
    const { graph, inputs } = call;
    const x = graph.last(inputs[0]!);
    const isFlat = inputOf(call).length === 2;
    return graph.value(isFlat ? x : graph.node('Flatten', [x], { axis: 1 }), outputOf(call));
  },
};

/** One size may be −1: what is left. */
const reshape: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const target = settings.integers('target_shape');
    // A size of 0 is that of the input, which the batch's is.
    return graph.value(graph.reshape(graph.last(inputs[0]!), [0, ...target]), outputOf(call));
  },
};

const permute: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    return graph.value(
      graph.transpose(graph.last(inputs[0]!), [0, ...settings.integers('dims')]),
      outputOf(call),
    );
  },
};

const repeatVector: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const row = graph.node('Unsqueeze', [graph.last(inputs[0]!), graph.integers([1])]);
    return graph.value(graph.node('Tile', [row, graph.integers([1, settings.size('n'), 1])]), outputOf(call));
  },
};

/** Zeros around, in the layout in which the value stands. */
function padding(rank: number): LayerRule {
  return {
    write: (call) => {
      const { graph, settings } = call;
      const pairs = settings.pairs('padding', rank, 1);
      return pointwise(call, (x, layout) => {
        const all = inputOf(call).length;
        const pads = Array<number>(2 * all).fill(0);
        pairs.forEach(([before, after], i) => {
          const axis = axisIn(layout, i + 1, all);
          [pads[axis], pads[all + axis]] = [before, after];
        });
        return graph.pad(x, graph.integers(pads));
      });
    },
  };
}

/** Past every end of an axis. */
const atEnd = Number.MAX_SAFE_INTEGER;

function cropping(rank: number): LayerRule {
  return {
    write: (call) => {
      const { graph, settings } = call;
      const pairs = settings.pairs('cropping', rank, 1);
      return pointwise(call, (x, layout) => {
        const axes = pairs.map((_, i) => axisIn(layout, i + 1, inputOf(call).length));
        const bounds = [pairs.map(([from]) => from), pairs.map(([, to]) => (to === 0 ? atEnd : -to)), axes];
        return graph.node('Slice', [x, ...bounds.map((list) => graph.integers(list))]);
      });
    },
  };
}

/** How a picture is enlarged, in the words of ONNX; undefined for ways that are not known to compute alike. */
export function interpolation(name: string): Readonly<Record<string, string>> | undefined {
  if (name === 'bilinear') return { mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
  // The place in the smaller picture is that of the middle of a dot, rounded down.
  return name === 'nearest'
    ? { mode: 'nearest', coordinate_transformation_mode: 'half_pixel', nearest_mode: 'round_prefer_ceil' }
    : undefined;
}

/** As TensorFlow.js places pixels between others. */
const wholePixels = { coordinate_transformation_mode: 'asymmetric' } as const;

export function refusedInterpolation({ settings }: Call, fallback: string): string | undefined {
  const name = settings.text('interpolation', fallback);
  return interpolation(name) === undefined ? `interpolation="${name}"` : undefined;
}

function upSampling(rank: number): LayerRule {
  return {
    refuse: (call) => refusedInterpolation(call, 'nearest'),
    write: (call) => {
      const { graph, settings, inputs } = call;
      const by = settings.sizes('size', rank, 2);
      const name = settings.text('interpolation', 'nearest');
      const layout = name === 'nearest' ? layoutOf(inputs[0]!) : 'first';
      const scales = Array<number>(rank + 2).fill(1);
      by.forEach((size, i) => (scales[axisIn(layout, i + 1, rank + 2)] = size));
      const given = [graph.in(layout, inputs[0]!), '', graph.floats(scales, [rank + 2])];
      const way = { ...interpolation(name), ...(settings.flag('half_pixels', true) ? {} : wholePixels) };
      return graph.value(graph.node('Resize', given, way), outputOf(call), layout);
    },
  };
}

export const shapingRules: RuleTable = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: repeatVector,
  ...Object.fromEntries(
    [1, 2, 3].flatMap((rank) => [
      [`ZeroPadding${rank}D`, padding(rank)],
      [`Cropping${rank}D`, cropping(rank)],
      [`UpSampling${rank}D`, upSampling(rank)],
    ]),
  ),
};
