import { eachOf, same, type RuleTable } from './form.js';

export const linearRules: RuleTable = eachOf('InputLayer Dense Embedding', same);
