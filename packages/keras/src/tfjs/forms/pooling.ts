import { eachOf, same, type Rule, type RuleTable } from './form.js';

const globalPooling: Rule = ({ keepdims }, { hasMasks }) => {
  if (keepdims === true) return 'keepdims=True';
  return hasMasks ? 'a mask, over which it would not average alone' : undefined;
};

export const poolingRules: RuleTable = {
  ...eachOf(
    'MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D',
    same,
  ),
  ...eachOf(
    'GlobalMaxPooling1D GlobalMaxPooling2D GlobalAveragePooling1D GlobalAveragePooling2D',
    globalPooling,
  ),
};
