import type { Problem } from '@lowbit/core';
import { unsupported } from '../errors.js';
import type { MaybeShape } from '../layers/layer-class.js';
import type { Settings } from '../layers/settings.js';
import type { LayerDraft, NetworkDraft } from './layer-draft.js';

/** Who made a model, or wrote its weights, where these depend on it. */
export interface Origin {
  readonly isOfKeras1: boolean;
  readonly isFromTheano: boolean;
}

/** Layers of Keras 1 or of Theano that give other numbers for inputs of their shapes than the same layers do now. */
export function olderProblems(network: NetworkDraft, origin: Origin): readonly Problem[] {
  if (!origin.isOfKeras1 && !origin.isFromTheano) return [];
  return network.calls.flatMap(({ layer, inputShapes }) => problemsOf(layer, inputShapes, origin));
}

function problemsOf(layer: LayerDraft, inputs: readonly MaybeShape[], origin: Origin): readonly Problem[] {
  if (layer.network !== undefined) return olderProblems(layer.network, origin);
  const inner = layer.className === 'TimeDistributed' ? layer.parts['layer'] : undefined;
  if (inner !== undefined) return problemsOf(inner, inputs.map(stepOf), origin);
  const received =
    (origin.isOfKeras1 ? keras1Problem(layer, inputs) : undefined) ??
    (origin.isFromTheano ? theanoProblem(layer, inputs) : undefined);
  if (received === undefined) return [];
  const [reason, remedy] = received;
  return unsupported(layer.id, `${layer.className} with ${reason}`, remedy).problems;
}

const stepOf = (shape: MaybeShape): MaybeShape => shape && [shape[0]!, ...shape.slice(2)];

type Received = readonly [reason: string, remedy: string];

/** Keras 1 was told the shape that a transposed convolution gives, and multiplied tensors of more axes otherwise. */
function keras1Problem(
  { className, config, known, settings, raw }: LayerDraft,
  inputs: readonly MaybeShape[],
): Received | undefined {
  if (className === 'Dot' && inputs.some((input) => input === undefined || input.length > 3))
    return ['tensors of more than three axes, which Keras 1 multiplies otherwise', 'Use three axes at most.'];
  const told = raw.config['output_shape'];
  if (className !== 'Conv2DTranspose' || !Array.isArray(told)) return undefined;
  const output = known?.output(settings, inputs);
  const found = output === undefined || 'outputs' in output ? undefined : output.slice(1, 3);
  if (found?.every((size, axis) => size !== null && size === told[axis + 1]) === true) return undefined;
  return [
    `output_shape=${JSON.stringify(told)}, where strides and ${String(config['padding'] ?? 'valid')} padding give ${JSON.stringify(found ?? null)}`,
    'Build the layer with the shape that its strides and padding give, crop or pad what comes out, and train again.',
  ];
}

const theanoRemedies = {
  convolution: 'Build the model with ZeroPadding and valid padding, and copy the weights.',
  transposed: 'Build the model with valid padding and a Cropping behind it, and train again.',
  recurrent: 'Build the model with valid padding or strides of 1, and train again.',
  pooling: 'Build the model with valid padding, or with windows of 3 and strides of 1, and train again.',
} as const;

/** Theano pads the same at both ends, and cuts off what is too much at the end; others pad more at the end. */
function theanoProblem(
  { className, settings, known }: LayerDraft,
  [input]: readonly MaybeShape[],
): Received | undefined {
  const rank = Number(/(\d)D/.exec(className)?.[1] ?? 0);
  const kind = windowKind(className);
  if (rank === 0 || kind === undefined) return undefined;
  const isPool = kind === 'pooling';
  const sizes = settings.sizes(isPool ? 'pool_size' : 'kernel_size', rank, isPool ? 2 : undefined);
  if (kind === 'recurrent' && sizes.some((size) => size % 2 === 0))
    return ['a kernel of an even size, whose states Theano pads at the other end', 'Train with odd sizes.'];
  if (settings.text('padding', 'valid') !== 'same') return undefined;
  const output = kind === 'transposed' ? known?.output(settings, [input]) : input;
  const shape = output === undefined || 'outputs' in output ? undefined : output;
  const start = kind === 'recurrent' ? 2 : 1;
  const windows = sizes.map((size, axis) => {
    const stride = stridesOf(settings, rank, isPool ? sizes : undefined)[axis]!;
    const dilation = settings.sizes('dilation_rate', rank, 1)[axis]!;
    return { length: shape?.[start + axis] ?? null, reach: (size - 1) * dilation + 1, stride };
  });
  const agrees = windows.every((window) => {
    const { length, reach, stride } = window;
    const pad = isPool ? poolingPad(reach, rank) : Math.floor(reach / 2);
    if (length === null) return reach === 1 ? pad === 0 : stride === 1 && pad === Math.floor((reach - 1) / 2);
    const count = Math.ceil(length / stride);
    const before = Math.floor(Math.max((count - 1) * stride + reach - length, 0) / 2);
    const own = Math.floor((length + 2 * pad - reach) / stride) + 1;
    return pad === before && own >= count;
  });
  if (agrees) return undefined;
  const size = `${isPool ? 'pool_size' : 'kernel_size'}=${JSON.stringify(sizes)}`;
  return [`same padding and ${size}, which Theano pads at the other end`, theanoRemedies[kind]];
}

function windowKind(className: string): keyof typeof theanoRemedies | undefined {
  if (/^(Max|Average)Pooling/.test(className)) return 'pooling';
  if (/^ConvLSTM/.test(className)) return 'recurrent';
  if (/^Conv\dDTranspose/.test(className)) return 'transposed';
  return /^(Separable|Depthwise)?Conv\dD/.test(className) ? 'convolution' : undefined;
}

function stridesOf(settings: Settings, rank: number, pool: readonly number[] | undefined): readonly number[] {
  return pool !== undefined && !settings.has('strides') ? pool : settings.sizes('strides', rank, 1);
}

/** How far Keras pads each end for pooling with Theano: windows of an odd size less than their reach allows. */
function poolingPad(size: number, rank: number): number {
  return size % 2 === 1 && (size > 2 || rank === 3) ? size - 2 : size - 1;
}
