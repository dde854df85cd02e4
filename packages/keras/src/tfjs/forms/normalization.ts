import type { JsonObject } from '../../model.js';
import { axesFrom, ours, unknownRank, type FormContext, type Rule, type RuleTable } from './form.js';

/** A layer of ours, with axes that are counted from 0. */
function overAxes(className: string): Rule {
  return (config, { input }) => {
    const axis = axesFrom(config['axis'] ?? -1, input);
    return axis === undefined ? unknownRank : ours(className, { ...config, axis });
  };
}

/** TensorFlow.js has it over the last axis alone, for inputs of two to four axes. */
function batchNormalization(config: JsonObject, { input }: FormContext): ReturnType<Rule> {
  const { axis = -1 } = config;
  const isSmall = input === undefined || input.length <= 4;
  if (axis === -1 && isSmall) return undefined;
  const axes = axesFrom(axis, input);
  if (axes === undefined) return unknownRank;
  if (axes.length !== 1) return `axis=${JSON.stringify(axis)}`;
  return axes[0] === input!.length - 1 && isSmall
    ? { config: { ...config, axis: -1 } }
    : ours('BatchNormalization', { ...config, axis: axes[0]! });
}

/** With the axis as a number, and as many groups as channels where -1 is written. */
const groupNormalization: Rule = (config, { input }) => {
  const [axis] = axesFrom(config['axis'] ?? -1, input) ?? [];
  const { groups = 32 } = config;
  const channels = axis === undefined ? undefined : input![axis];
  if (axis === undefined || channels === undefined || channels === null) return unknownRank;
  return ours('GroupNormalization', { ...config, axis, groups: groups === -1 ? channels : groups });
};

/** Without an axis, one mean and one variance stand for all values. */
const normalization: Rule = (config, { input }) => {
  const axis = axesFrom(config['axis'] === undefined ? -1 : (config['axis'] ?? []), input);
  return axis === undefined ? unknownRank : ours('Normalization', { ...config, axis });
};

/** TensorFlow.js has it for inputs of two to four axes. */
const layerNormalization: Rule = (config, context) =>
  context.input !== undefined && context.input.length > 4
    ? overAxes('LayerNormalization')(config, context)
    : undefined;

/** Keras 3 divides by a length of at least 1e-12, Keras 2 by one of at least 1e-6. */
const leastLength = (isKeras3: boolean): number => (isKeras3 ? 1e-12 : 1e-6);

const unitNormalization: Rule = (config, context) => {
  const { epsilon = leastLength(context.isKeras3) } = config;
  return overAxes('UnitNormalization')({ ...config, epsilon }, context);
};

export const normalizationRules: RuleTable = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  UnitNormalization: unitNormalization,
  RMSNormalization: overAxes('RMSNormalization'),
  Normalization: normalization,
};
