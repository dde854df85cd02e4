import { activationClasses } from './activation.js';
import { attentionClasses } from './attention.js';
import { convolutionClasses } from './convolution.js';
import type { ClassTable, LayerClass } from './layer-class.js';
import { linearClasses } from './linear.js';
import { maskClasses } from './mask.js';
import { mergeClasses } from './merge.js';
import { normalizationClasses } from './normalization.js';
import { poolingClasses } from './pooling.js';
import { recurrentClasses } from './recurrent.js';
import { shapingClasses } from './shaping.js';
import { tensorFunctionClasses } from './tensor-function.js';

const table: ClassTable = {
  ...linearClasses,
  ...convolutionClasses,
  ...poolingClasses,
  ...normalizationClasses,
  ...activationClasses,
  ...maskClasses,
  ...mergeClasses,
  ...recurrentClasses,
  ...attentionClasses,
  ...shapingClasses,
  ...tensorFunctionClasses,
};

/** What is known of a class that is neither a model nor a wrapper. */
export function layerClass(className: string): LayerClass | undefined {
  return Object.hasOwn(table, className) ? table[className] : undefined;
}
