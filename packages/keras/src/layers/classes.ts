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
import { tensorOperationClasses } from './tensor-operation.js';

const ownClasses: ClassTable = { ...maskClasses, ...tensorFunctionClasses, ...tensorOperationClasses };

const table: ClassTable = {
  ...linearClasses,
  ...convolutionClasses,
  ...poolingClasses,
  ...normalizationClasses,
  ...activationClasses,
  ...mergeClasses,
  ...recurrentClasses,
  ...attentionClasses,
  ...shapingClasses,
  ...ownClasses,
};

/** Whether it is lowbit that has a class, and not Keras. */
export const isOwnClass = (className: string): boolean => Object.hasOwn(ownClasses, className);

/** What is known of a class that is neither a model nor a wrapper. */
export function layerClass(className: string): LayerClass | undefined {
  return Object.hasOwn(table, className) ? table[className] : undefined;
}
