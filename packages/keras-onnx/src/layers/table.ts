import { activationRules } from './activation.js';
import { attentionRules } from './attention.js';
import { convolutionalLstmRules } from './convolutional-lstm.js';
import { convolutionRules } from './convolution.js';
import { linearRules } from './linear.js';
import { maskRules } from './masks.js';
import { mergeRules } from './merge.js';
import { normalizationRules } from './normalization.js';
import { pictureRules } from './pictures.js';
import { poolingRules } from './pooling.js';
import { quantizedInputRules } from './quantized-input.js';
import { recurrentRules } from './recurrent.js';
import { resizingRules } from './resizing.js';
import type { LayerRule, RuleTable } from './rule.js';
import { shapingRules } from './shaping.js';
import { tensorFunctionRules } from './tensor-functions.js';
import { tensorOperationRules } from './tensor-operations.js';
import { wrapperRules } from './time-distributed.js';

const rules: RuleTable = {
  ...linearRules,
  ...convolutionRules,
  ...poolingRules,
  ...normalizationRules,
  ...activationRules,
  ...mergeRules,
  ...recurrentRules,
  ...convolutionalLstmRules,
  ...attentionRules,
  ...maskRules,
  ...wrapperRules,
  ...quantizedInputRules,
  ...shapingRules,
  ...pictureRules,
  ...resizingRules,
  ...tensorFunctionRules,
  ...tensorOperationRules,
};

/** How a class of layers is written; undefined for one that no operators of the standard compute. */
export function ruleOf(className: string): LayerRule | undefined {
  return Object.hasOwn(rules, className) ? rules[className] : undefined;
}
