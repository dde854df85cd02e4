import { eachOf, ours, same, type RuleTable } from './form.js';

export const mergeRules: RuleTable = {
  ...eachOf('Add Multiply Average Maximum Minimum Concatenate Dot', same),
  Subtract: (config) => ours('Subtract', config),
};
