import type { JsonObject, JsonValue } from '../../model.js';
import { hasGaps, ours, type Rule, type RuleTable } from './form.js';

/** Whether one of a setting's numbers, of which there may be one for all axes or one for each, is above 1. */
function isAboveOne(setting: JsonValue | undefined): boolean {
  return [setting ?? 1].flat().some((size) => Number(size) > 1);
}

/** The layer of TensorFlow.js, or ours where the settings go beyond what that looks at. */
function convolution(className: string, isBeyond: (config: JsonObject) => boolean): readonly [string, Rule] {
  const rule: Rule = (config) => {
    if (isAboveOne(config['strides']) && isAboveOne(config['dilation_rate']))
      return 'strides and dilation_rate above 1';
    return isBeyond(config) ? ours(className, config) : undefined;
  };
  return [className, rule];
}

const isGrouped = ({ groups, padding }: JsonObject) => isAboveOne(groups) || padding === 'causal';
const isDilated = (config: JsonObject) => isAboveOne(config['dilation_rate']);
const isPadded = (config: JsonObject) => (config['output_padding'] ?? null) !== null;
const always = () => true;
const never = () => false;

export const convolutionRules: RuleTable = Object.fromEntries([
  convolution('Conv1D', isGrouped),
  convolution('Conv2D', isGrouped),
  convolution('Conv3D', (config) => isGrouped(config) || hasGaps(config, config['kernel_size'] ?? 1)),
  convolution('Conv1DTranspose', always),
  convolution('Conv2DTranspose', (config) => isDilated(config) || isPadded(config)),
  convolution(
    'Conv3DTranspose',
    (config) => isDilated(config) || isPadded(config) || hasGaps(config, config['kernel_size'] ?? 1),
  ),
  convolution('DepthwiseConv1D', always),
  convolution('DepthwiseConv2D', isDilated),
  convolution('SeparableConv1D', always),
  convolution('SeparableConv2D', never),
]);
