import { eachOf, same, type Rule, type RuleTable } from './form.js';

/** The default would be orthogonal matrices, which take minutes for large layers and are thrown away. */
const zeros = { recurrent_initializer: { class_name: 'Zeros', config: {} } };

const recurrent: Rule = (config) =>
  config['reset_after'] === true ? 'reset_after=True' : { config: { ...config, ...zeros } };

export const recurrentRules: RuleTable = {
  ...eachOf('LSTM GRU SimpleRNN LSTMCell GRUCell SimpleRNNCell ConvLSTM2D', recurrent),
  ...eachOf('RNN Bidirectional TimeDistributed', same),
};
