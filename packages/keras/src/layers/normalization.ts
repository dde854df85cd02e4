import type { Shape } from '../model.js';
import {
  axisFrom,
  sameShape,
  type ClassTable,
  type LayerClass,
  type MaybeShape,
  type WeightRule,
} from './layer-class.js';
import type { Settings } from './settings.js';

/** Sizes of the axes that a normalization has parameters for; undefined where the input is not known. */
function axisSizes(settings: Settings, input: MaybeShape, fallback: number): Shape | undefined {
  const axes = settings.integers('axis', fallback);
  if (input === undefined) return axes.length === 1 ? [null] : undefined;
  return axes.map((axis) => input[axisFrom(axis, input.length)] ?? null);
}

function scaleAndCenter(settings: Settings, shape: Shape | undefined): readonly WeightRule[] {
  return [
    ...(settings.flag('scale', true) ? [{ name: 'gamma', shape }] : []),
    ...(settings.flag('center', true) ? [{ name: 'beta', shape }] : []),
  ];
}

const batchNormalization: LayerClass = {
  ...sameShape,
  weights: (settings, [input]) => {
    const sizes = axisSizes(settings, input, -1);
    // Over several axes the parameters have all axes of the input, of size 1 where nothing is told apart.
    const shape = sizes?.length === 1 ? sizes : undefined;
    return [
      ...scaleAndCenter(settings, shape),
      { name: 'moving_mean', shape, state: true },
      { name: 'moving_variance', shape, state: true },
    ];
  },
  refuse: (settings) =>
    settings.flag('renorm', false)
      ? { reason: 'renorm, which Keras 3 does not know', remedy: 'Train with renorm=False.' }
      : undefined,
  refuseInput: (settings, [input]) => {
    const [axis] = settings.integers('axis', -1);
    // A live model of TensorFlow.js, where it stands so.
    if (settings.flag('broadcast', true) || axis === -1 || axis === (input?.length ?? 0) - 1)
      return undefined;
    return {
      reason: `axis=${axis}, where backends of TensorFlow.js give different numbers`,
      remedy:
        'Normalize the last axis: put a Permute that brings the axis to the end in front, and one that brings it back behind it, and train again.',
    };
  },
};

const overAxes: LayerClass = {
  ...sameShape,
  weights: (settings, [input]) => scaleAndCenter(settings, axisSizes(settings, input, -1)),
};

/** Keras multiplies the scale along the last axes, whatever those are that the mean is taken over. */
const rmsNormalization: LayerClass = {
  ...sameShape,
  refuseInput: (settings, [input]) => {
    if (input === undefined || areLast(settings.integers('axis', -1), input.length)) return undefined;
    return {
      reason: `axis=${JSON.stringify(settings.values['axis'])}, where Keras scales along the last axes all the same`,
      remedy: 'Permute its input, so that the axes are the last ones in their order.',
    };
  },
  weights: (settings, [input]) => [{ name: 'scale', shape: axisSizes(settings, input, -1) }],
};

/** Whether axes, in the order in which Keras sorts them as they are written, are the last ones. */
function areLast(axes: readonly number[], rank: number): boolean {
  return axes
    .toSorted((a, b) => a - b)
    .every((each, at) => (each < 0 ? each + rank : each) === rank - axes.length + at);
}

/** Mean and variance stand in the configuration when they were given, and among the weights when they were measured. */
const normalization: LayerClass = {
  ...sameShape,
  weights: (settings, [input]) => {
    if (settings.has('mean')) return [];
    const isWhole = settings.values['axis'] === null || settings.integers('axis', -1).length === 0;
    const shape = isWhole ? [] : axisSizes(settings, input, -1);
    return [
      { name: 'mean', shape, state: true },
      { name: 'variance', shape, state: true },
      { name: 'count', shape: [], state: true },
    ];
  },
};

export const normalizationClasses: ClassTable = {
  BatchNormalization: batchNormalization,
  LayerNormalization: overAxes,
  GroupNormalization: overAxes,
  RMSNormalization: rmsNormalization,
  UnitNormalization: sameShape,
  Normalization: normalization,
};
