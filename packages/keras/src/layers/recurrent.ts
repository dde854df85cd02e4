import type { Shape } from '../model.js';
import { windowedLength } from './convolution.js';
import {
  lastSize,
  type ClassTable,
  type LayerClass,
  type MaybeShape,
  type OutputShapes,
  type WeightRule,
} from './layer-class.js';
import type { Settings } from './settings.js';

/** Layers that go through time step by step, from states that may be given. */
export const recurrentLayers = [
  'LSTM',
  'GRU',
  'SimpleRNN',
  'RNN',
  'Bidirectional',
  'ConvLSTM1D',
  'ConvLSTM2D',
  'ConvLSTM3D',
];

const owner = ['cell'] as const;

/** Kernel `[in, gates · units]`, recurrent kernel `[units, gates · units]`, and a bias, of two rows for a GRU that resets after. */
function cellWeights(settings: Settings, input: MaybeShape, gates: number): readonly WeightRule[] {
  const units = settings.size('units');
  const width = gates * units;
  const bias = settings.flag('reset_after', false) && gates === 3 ? [2, width] : [width];
  return [
    { name: 'kernel', shape: [lastSize(input), width] },
    { name: 'recurrent_kernel', shape: [units, width] },
    ...(settings.flag('use_bias', true) ? [{ name: 'bias', shape: bias }] : []),
  ];
}

function cell(gates: number): LayerClass {
  return {
    weights: (settings, [input]) => cellWeights(settings, input, gates),
    output: (settings, [input]) => input && [...input.slice(0, -1), settings.size('units')],
  };
}

/** What a recurrent layer gives: the last step or all of them, and its states where they are asked for. */
function recurrentOutputs(
  settings: Settings,
  steps: Shape,
  step: Shape,
  states: readonly Shape[],
): MaybeShape | OutputShapes {
  const [batch] = step;
  const value = settings.flag('return_sequences', false)
    ? [batch!, steps[1] ?? null, ...step.slice(1)]
    : step;
  return settings.flag('return_state', false) ? { outputs: [value, ...states] } : value;
}

function recurrent(gates: number, states: number): LayerClass {
  return {
    weights: (settings, [input]) => cellWeights(settings, input, gates).map((rule) => ({ ...rule, owner })),
    output: (settings, [input]) => {
      if (input === undefined) return undefined;
      const step = [input[0]!, settings.size('units')];
      return recurrentOutputs(settings, input, step, Array<Shape>(states).fill(step));
    },
  };
}

/** Kernel `[…window, in, 4 · filters]`, recurrent kernel `[…window, filters, 4 · filters]`. */
function convolutionalLstm(rank: number): LayerClass {
  return {
    weights: (settings, [input]) => {
      const filters = settings.size('filters');
      const window = settings.sizes('kernel_size', rank);
      return [
        { name: 'kernel', shape: [...window, lastSize(input), 4 * filters], owner },
        { name: 'recurrent_kernel', shape: [...window, filters, 4 * filters], owner },
        ...(settings.flag('use_bias', true) ? [{ name: 'bias', shape: [4 * filters], owner }] : []),
      ];
    },
    output: (settings, [input]) => {
      if (input === undefined) return undefined;
      const window = settings.sizes('kernel_size', rank);
      const strides = settings.sizes('strides', rank, 1);
      const dilation = settings.sizes('dilation_rate', rank, 1);
      const padding = settings.text('padding', 'valid');
      const lengths = input
        .slice(2, 2 + rank)
        .map((length, i) => windowedLength(length, window[i]!, strides[i]!, dilation[i]!, padding));
      const step = [input[0]!, ...lengths, settings.size('filters')];
      return recurrentOutputs(settings, input, step, [step, step]);
    },
  };
}

export const recurrentClasses: ClassTable = {
  LSTM: recurrent(4, 2),
  GRU: recurrent(3, 1),
  SimpleRNN: recurrent(1, 1),
  LSTMCell: cell(4),
  GRUCell: cell(3),
  SimpleRNNCell: cell(1),
  ConvLSTM1D: convolutionalLstm(1),
  ConvLSTM2D: convolutionalLstm(2),
  ConvLSTM3D: convolutionalLstm(3),
};
