import { same, type Rule, type RuleTable } from './form.js';

/** Layers that TensorFlow.js computes over the last axis alone. */
export const overLast: Rule = ({ axis = -1 }, { input }) =>
  axis === -1 || (input !== undefined && axis === input.length - 1) ? undefined : `axis=${String(axis)}`;

export const normalizationRules: RuleTable = { BatchNormalization: overLast, LayerNormalization: same };
