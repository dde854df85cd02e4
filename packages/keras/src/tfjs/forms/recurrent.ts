import type { JsonObject } from '../../model.js';
import { eachOf, ours, type Changed, type FormContext, type Rule, type RuleTable } from './form.js';

/** The default would be orthogonal matrices, which take minutes for large layers and are thrown away. */
const zeros = { recurrent_initializer: { class_name: 'Zeros', config: {} } };

/** Settings of a recurrent layer of ours, which is given its mask as an input. */
function ownSettings(config: JsonObject, { mask, bidirectional: around }: FormContext): JsonObject {
  // Keras wants zeros where a step is masked in what two ways bring together, and the step before elsewhere, as TensorFlow.js always does.
  const zero =
    around === undefined
      ? config['zero_output_for_mask'] === true
      : config['return_sequences'] === true && around['zero_output_for_mask'] !== false;
  return { ...config, zero_output_for_mask: zero, masked: mask === 'input' };
}

function ownRecurrent(className: string, config: JsonObject, context: FormContext): Changed | string {
  if (config['stateful'] === true) return 'stateful=True';
  return ours(className, ownSettings(config, context));
}

/** Where TensorFlow.js would give it no mask, another one, or would not leave zeros where it masks. */
const needsOwn = (
  { mask, hasMasks, needsOwn: isNeeded }: FormContext,
  { zero_output_for_mask: zero }: JsonObject,
) => isNeeded || mask === 'input' || (hasMasks && (mask === 'none' || zero === true));

/** TensorFlow.js has no `reset_after`. */
function recurrent(className: string): Rule {
  return (config, context) => {
    const isOwn = config['reset_after'] === true || needsOwn(context, config);
    const started = { ...config, ...zeros };
    return isOwn ? ownRecurrent(className, started, context) : { config: rolled(started) };
  };
}

/** TensorFlow.js never unrolls, and warns where it is told to. */
function rolled(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([key]) => key !== 'unroll'));
}

const gruCell: Rule = (config) => {
  const started = { ...config, ...zeros };
  return config['reset_after'] === true ? ours('GRUCell', started) : { config: started };
};

/** Several cells, one of ours, or masks as inputs. */
const rnn: Rule = (config, context) => {
  const { cell } = context.parts;
  const isPlain =
    ['LSTMCell', 'SimpleRNNCell', 'GRUCell'].includes(cell!.className) &&
    cell!.config['reset_after'] !== true;
  return isPlain && !needsOwn(context, config)
    ? { config: rolled(config) }
    : ownRecurrent('RNN', config, context);
};

const gated = ['LSTM', 'GRU', 'SimpleRNN'];

/** TensorFlow.js makes the layer that goes backward from the other one. */
const bidirectional: Rule = (config, context) => {
  const { forward_layer: forward, backward_layer: backward } = context.parts;
  const other = [forward!, backward!].find(({ className }) => ![...gated, 'RNN'].includes(className));
  if (other !== undefined) return `a layer of class ${other.className} in it`;
  const isPlain = [forward!, backward!].every(
    ({ className, config: own }) => gated.includes(className) && own['reset_after'] !== true,
  );
  const ways = [forward!, backward!].map(({ config: own }) => own['go_backwards'] === true);
  const mode = config['merge_mode'];
  const isMirrored = settingsOf(forward!) === settingsOf(backward!) && !ways[0] && ways[1];
  if (isPlain && isMirrored && mode !== null && !needsOwn(context, {})) return undefined;
  const { return_sequences: sequences = false, return_state: state = false } = forward!.config;
  return ours('Bidirectional', {
    name: config['name']!,
    merge_mode: mode === null ? 'none' : (mode ?? 'concat'),
    return_sequences: sequences,
    return_state: state,
    masked: context.mask === 'input',
  });
};

function settingsOf({ className, config }: { className: string; config: JsonObject }): string {
  const ignored = ['name', 'go_backwards', 'unroll'];
  return JSON.stringify([className, Object.entries(config).filter(([key]) => !ignored.includes(key))]);
}

/** TensorFlow.js has it without masks, and takes for its own that of any layer which was computed before. */
const convolutional: Rule = (config, { mask, hasMasks }) => {
  if (mask !== 'none') return 'a mask';
  return hasMasks ? 'masks of other layers in the model' : { config: { ...config, ...zeros } };
};

/** Keras hands each step's part of a mask to a layer inside that heeds one. */
const timeDistributed: Rule = (_, { mask }) => (mask === 'none' ? undefined : 'a mask');

/** TensorFlow.js goes through a list of cells, none of which may be a list. */
const stackedCells: Rule = (_, { parts }) =>
  Object.values(parts).some(({ className }) => className === 'StackedRNNCells')
    ? 'a list of cells among its cells'
    : undefined;

export const recurrentRules: RuleTable = {
  LSTM: recurrent('LSTM'),
  GRU: recurrent('GRU'),
  SimpleRNN: recurrent('SimpleRNN'),
  GRUCell: gruCell,
  ...eachOf('LSTMCell SimpleRNNCell', (config) => ({ config: { ...config, ...zeros } })),
  ConvLSTM2D: convolutional,
  RNN: rnn,
  Bidirectional: bidirectional,
  TimeDistributed: timeDistributed,
  StackedRNNCells: stackedCells,
};
