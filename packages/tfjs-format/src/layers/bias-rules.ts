import { sizeOf } from '@lowbit/core/adapter';

/** A layer whose bias may take off what a kernel adds to its output channels on average. */
export interface BiasedKernel {
  /** Of the kernel, as the layer has it. */
  readonly shape: readonly number[];
  /** How many output channels it has. */
  readonly channels: number;
  /** The shape of another variable of the layer, by the last part of its name; `undefined` where there is none. */
  shapeOf(variable: string): readonly number[] | undefined;
  /** Whether the layer can be given a bias, by `use_bias`: one in a model is, one that another layer is made of is not. */
  readonly canHaveBias: boolean;
  /** Of the layer. */
  readonly settings: { readonly [member: string]: unknown };
}

/** Where numbers are added to the output channels of a kernel. */
export interface BiasPlace {
  /** Last part of the variable's name. */
  readonly variable: string;
  /** Its shape. */
  readonly shape: readonly number[];
  /** The first of its values, row-major, that belongs to a channel; those of the others follow in the order of the output axes. */
  readonly from: number;
  /** It is made by `use_bias`. */
  readonly isNew: boolean;
}

/** The place, or why there is none, a clause. */
export type BiasRule = (kernel: BiasedKernel) => BiasPlace | string;

/** @param outputs First of the output axes of the kernel, which are its last ones, for a bias of several axes. Default: the bias has one. */
export function biasNamed(variable: string, outputs?: number): BiasRule {
  return (kernel) =>
    placeIn(kernel, variable, outputs === undefined ? [kernel.channels] : kernel.shape.slice(outputs));
}

/** The bias of a recurrent layer; of one that resets after the product it has two rows. @param row 0: of inputs, 1: of states. */
export function biasOfSteps(row: 0 | 1): BiasRule {
  return (kernel) => {
    const { channels, settings } = kernel;
    const made = settings['reset_after'] === true ? [2, channels] : [channels];
    const place = placeIn(kernel, 'bias', made);
    if (typeof place === 'string' || place.shape.length === 1) return place;
    return { ...place, from: row * channels };
  };
}

function placeIn(kernel: BiasedKernel, variable: string, made: readonly number[]): BiasPlace | string {
  const there = kernel.shapeOf(variable);
  if (there === undefined && !kernel.canHaveBias)
    return 'its layer has no bias, and inside another layer it is given none';
  return { variable, shape: there ?? made, from: 0, isNew: there === undefined };
}

/** A bias of the last letters of the output, which differs along those of the kernel alone and along all of them. */
export const biasOfEquation: BiasRule = ({ shape, channels, shapeOf, settings }) => {
  const bias = shapeOf('bias');
  if (bias === undefined) return 'its layer has no bias';
  const [, kernel = '', output = ''] = String(settings['equation']).replaceAll(' ', '').split(/,|->/);
  const sizes = new Map([...kernel].map((letter, axis) => [letter, shape[axis] as number]));
  const kept = [...kernel].filter((letter) => output.includes(letter)).join('');
  const last = [...output.replace(/^\.\.\./, '')].slice(-bias.length);
  const isOfChannels =
    !last.includes('.') &&
    last.length === bias.length &&
    last.filter((letter) => sizes.has(letter)).join('') === kept &&
    last.every((letter, axis) => (sizes.get(letter) ?? 1) === bias[axis]) &&
    sizeOf(bias) === channels;
  if (!isOfChannels) return 'the bias of its layer does not differ along all its channels, and these alone';
  return { variable: 'bias', shape: bias, from: 0, isNew: false };
};
