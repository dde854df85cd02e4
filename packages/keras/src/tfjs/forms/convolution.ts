import { eachOf, same, type Rule, type RuleTable } from './form.js';

const convolution: Rule = ({ groups = 1, padding }) => {
  if (padding === 'causal') return 'padding="causal"';
  return groups === 1 ? undefined : `groups=${String(groups)}`;
};

export const convolutionRules: RuleTable = {
  ...eachOf('Conv1D Conv2D Conv3D', convolution),
  ...eachOf('Conv2DTranspose Conv3DTranspose DepthwiseConv2D', same),
  SeparableConv2D: ({ depth_multiplier: by = 1 }) =>
    by === 1 ? undefined : `depth_multiplier=${String(by)}`,
};
