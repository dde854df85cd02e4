import type { Shape } from '../model.js';
import {
  lastSize,
  type ClassTable,
  type LayerClass,
  type MaybeShape,
  type WeightRule,
} from './layer-class.js';
import type { Settings } from './settings.js';

/** A bias of these sizes, where the layer has one. */
export function biasRule(settings: Settings, shape: Shape): readonly WeightRule[] {
  return settings.flag('use_bias', true) ? [{ name: 'bias', shape }] : [];
}

/** Kernel `[in, units]`. */
const dense: LayerClass = {
  weights: (settings, [input]) => {
    const units = settings.size('units');
    return [{ name: 'kernel', shape: [lastSize(input), units] }, ...biasRule(settings, [units])];
  },
  output: (settings, [input]) => input && [...input.slice(0, -1), settings.size('units')],
};

/** `[vocabulary, dimension]`. */
const embedding: LayerClass = {
  weights: (settings) => [
    { name: 'embeddings', shape: [settings.size('input_dim'), settings.size('output_dim')] },
  ],
  output: (settings, [input]) => input && [...input, settings.size('output_dim')],
};

interface Equation {
  readonly input: string;
  readonly kernel: string;
  readonly output: string;
}

/** The three terms of `ab,bc->ac`; a leading or closing `...` stands for axes that are only passed on. */
function equationOf(settings: Settings): Equation | undefined {
  const match = /^(\.{0,3}\w+\.{0,3}),(\w+)->(\.{0,3}\w+\.{0,3})$/.exec(
    settings.text('equation').replaceAll(' ', ''),
  );
  return match === null ? undefined : { input: match[1]!, kernel: match[2]!, output: match[3]! };
}

/** Sizes by letter, as far as the input and `output_shape` tell them. */
function sizesOf(
  settings: Settings,
  { input, output }: Equation,
  shape: MaybeShape,
): Map<string, number | null> {
  const sizes = new Map<string, number | null>();
  const given = settings.values['output_shape'] ?? null;
  const outputSizes = (Array.isArray(given) ? given : [given]) as (number | null)[];
  const note = (term: string, from: Shape, fromEnd: boolean) => {
    const letters = [...term.replaceAll('.', '')];
    letters.forEach((letter, i) => {
      const size = from[fromEnd ? from.length - letters.length + i : i] ?? null;
      if (size !== null || !sizes.has(letter)) sizes.set(letter, size);
    });
  };
  // Sizes behind those of the letters are of no effect, as Keras counts from the first that the dots leave.
  note(output, output.startsWith('.') ? outputSizes : [null, ...outputSizes], false);
  if (shape !== undefined) note(input, shape, input.startsWith('.'));
  return sizes;
}

/** Sizes of the axes that `...` stands for. */
function passedAxes(term: string, shape: Shape): Shape {
  const [before = '', after = ''] = term.split('...');
  return shape.slice(before.length, shape.length - after.length);
}

/** Axes of size 1 that a bias has for those that `...` stands for, unless these are the first of the input. */
function axesBehind(term: string, input: Shape | undefined): Shape {
  if (!term.includes('...') || term.startsWith('...') || input === undefined) return [];
  return Array<number>(input.length - term.replace('...', '').length).fill(1);
}

/** A kernel with the letters of the middle term, and a bias that begins at the first letter of `bias_axes`. */
const einsumDense: LayerClass = {
  weights: (settings, [input]) => {
    const equation = equationOf(settings);
    const axes = settings.has('bias_axes') ? settings.text('bias_axes') : '';
    if (equation === undefined) return [];
    const sizes = sizesOf(settings, equation, input);
    const kernel = [...equation.kernel].map((letter) => sizes.get(letter) ?? null);
    if (axes === '') return [{ name: 'kernel', shape: kernel }];
    const letters = [...equation.output.replaceAll('.', '')];
    const start = letters.findIndex((letter) => axes.includes(letter));
    const bias = letters
      .slice(start)
      .map((letter) => (axes.includes(letter) ? (sizes.get(letter) ?? null) : 1));
    return [
      { name: 'kernel', shape: kernel },
      { name: 'bias', shape: [...bias, ...axesBehind(equation.input, input)] },
    ];
  },
  output: (settings, [input]) => {
    const equation = equationOf(settings);
    if (equation === undefined || input === undefined) return undefined;
    const sizes = sizesOf(settings, equation, input);
    const passed = passedAxes(equation.input, input);
    return equation.output
      .split('...')
      .flatMap((term, i) => [
        ...(i === 0 ? [] : passed),
        ...[...term].map((letter) => sizes.get(letter) ?? null),
      ]);
  },
  refuse: (settings) =>
    equationOf(settings) === undefined
      ? {
          reason: `the equation ${settings.text('equation')}`,
          remedy: 'Write it as three terms of letters, for instance ab,bc->ac.',
        }
      : undefined,
};

export const linearClasses: ClassTable = { Dense: dense, EinsumDense: einsumDense, Embedding: embedding };
