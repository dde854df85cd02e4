import { axisFrom, type ClassTable, type LayerClass } from './layer-class.js';
import { elementwise } from './merge.js';

/** How values are compared: 1 where it is so, 0 where not. `and` and `or` take what is no zero as true. */
export type Comparison = '>' | '>=' | '<' | '<=' | '==' | '!=' | 'and' | 'or';

/** A layer of lowbit's own: these `places` of one axis, in this order. */
const takePlaces: LayerClass = {
  output: (settings, [input]) => {
    const axis = input && axisFrom(settings.number('axis'), input.length);
    return input?.map((size, i) => (i === axis ? settings.integers('places').length : size));
  },
};

/** A layer of lowbit's own: parts of one axis, so large each; `drops_axis` where they are single places, of which the axis goes. */
const splitAxis: LayerClass = {
  output: (settings, [input]) => {
    const axis = input && axisFrom(settings.number('axis'), input.length);
    const drops = settings.flag('drops_axis', false);
    const part = (own: number) => input?.flatMap((size, i) => (i !== axis ? [size] : drops ? [] : [own]));
    return { outputs: settings.integers('sizes').map(part) };
  },
};

/** A layer of lowbit's own: a `value` around, so many places in front of and behind each axis but that of the samples. */
const padConstant: LayerClass = {
  output: (settings, [input]) => {
    const pads = settings.integers('pads');
    return input?.map((size, i) =>
      i === 0 || size === null ? size : size + pads[2 * i - 2]! + pads[2 * i - 1]!,
    );
  },
};

/** A layer of lowbit's own: a product of two tensors, summed over the axes whose letters the output lacks. */
const einsumProduct: LayerClass = {
  output: (settings, inputs) => {
    const [left, right, output] = settings.text('equation').split(/,|->/) as [string, string, string];
    if (inputs.includes(undefined)) return undefined;
    const sizes = new Map(
      [left, right].flatMap((term, i) => [...term].map((letter, axis) => [letter, inputs[i]![axis]!])),
    );
    return [...output].map((letter) => sizes.get(letter)!);
  },
};

export const tensorOperationClasses: ClassTable = {
  TakePlaces: takePlaces,
  SplitAxis: splitAxis,
  PadConstant: padConstant,
  // Layers of lowbit's own: two tensors or one and `value`; where the first is no zero the next, otherwise the last, of which numbers stand as `when` and `otherwise`.
  CompareValues: elementwise,
  SelectValues: elementwise,
  EinsumProduct: einsumProduct,
};
