import { eachOf, same, type RuleTable } from './form.js';

export const mergeRules: RuleTable = eachOf('Add Multiply Average Maximum Minimum Concatenate Dot', same);
