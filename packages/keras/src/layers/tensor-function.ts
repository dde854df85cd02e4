import { slicePlaces, type SliceBounds } from '@lowbit/tfjs-format';
import type { Shape } from '../model.js';
import {
  axisFrom,
  sameShape,
  sharedSizes,
  type ClassTable,
  type LayerClass,
  type MaybeShape,
} from './layer-class.js';
import { elementwise } from './merge.js';
import type { Settings } from './settings.js';

/** The part of its axis that a SliceAxis takes. */
export function sliceBounds(settings: Settings): SliceBounds {
  const bound = (key: string) => (settings.has(key) ? settings.number(key) : null);
  return { start: bound('start'), stop: bound('stop'), step: settings.number('step', 1) };
}

/** A layer of lowbit's own: a part of one axis; `drops_axis` where that is a single place, of which the axis goes. */
const sliceAxis: LayerClass = {
  output: (settings, [input]) => {
    if (input === undefined) return undefined;
    const axis = axisFrom(settings.number('axis'), input.length);
    if (settings.flag('drops_axis', false)) return input.filter((_, i) => i !== axis);
    const { start, stop, step } = sliceBounds(settings);
    const keepsSize = start === null && stop === null && Math.abs(step) === 1;
    const sizeOf = (size: number | null) =>
      size === null || keepsSize ? size : slicePlaces(size, { start, stop, step }).count;
    return input.map((size, i) => (i === axis ? sizeOf(size) : size));
  },
};

/** A layer of lowbit's own: tensors of one shape side by side along an axis that is new. */
const stackTensors: LayerClass = {
  output: (settings, inputs) => {
    const shape = sharedSizes(inputs);
    if (shape === undefined) return undefined;
    const axis = axisFrom(settings.number('axis'), shape.length + 1);
    return [...shape.slice(0, axis), inputs.length, ...shape.slice(axis)];
  },
};

/** What comes of all that stands along some axes; variances and deviations are those of all values, not of a sample; a norm is the root of squares. */
export type ReductionKind =
  'mean' | 'max' | 'min' | 'sum' | 'product' | 'variance' | 'deviation' | 'norm' | 'logsumexp';

/** A layer of lowbit's own: the `kind`, a `ReductionKind`, of what stands along some axes. */
const reduceAxes: LayerClass = {
  output: (settings, [input]) => {
    if (input === undefined) return undefined;
    const axes = settings.integers('axes').map((axis) => axisFrom(axis, input.length));
    return settings.flag('keepdims', false)
      ? input.map((size, i) => (axes.includes(i) ? 1 : size))
      : input.filter((_, i) => !axes.includes(i));
  },
};

export const tensorFunctionClasses: ClassTable = {
  SliceAxis: sliceAxis,
  StackTensors: stackTensors,
  ReduceAxes: reduceAxes,
  // A layer of lowbit's own: the first tensor by the second.
  Divide: elementwise,
  // Layers of lowbit's own: what lies beyond `min_value` and `max_value` is these, of which either may be null; x to the power of `exponent`.
  Clip: sameShape,
  Power: sameShape,
};

/** Classes that stand for functions along axes, and the setting that names these. */
const alongAxes: Readonly<Record<string, string>> = {
  ...{ SliceAxis: 'axis', StackTensors: 'axis', ReduceAxes: 'axes' },
  ...{ Concatenate: 'axis', UnitNormalization: 'axis' },
};

/** Axes of a layer of these classes, where the input's rank is known. */
export function functionAxes(className: string, settings: Settings, input: MaybeShape): readonly number[] {
  if (input === undefined || !Object.hasOwn(alongAxes, className)) return [];
  return settings.integers(alongAxes[className]!).map((axis) => axisFrom(axis, rankFor(className, input)));
}

/** The rank in which the axes of a class are counted. */
export function rankFor(className: string, { length }: Shape): number {
  return className === 'StackTensors' ? length + 1 : length;
}
