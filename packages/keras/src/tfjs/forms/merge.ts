import { axesFrom, eachOf, ours, same, unknownRank, type Rule, type RuleTable } from './form.js';

/** TensorFlow.js has it for two inputs of the same rank, of two or three axes. */
const dot: Rule = (config, { call }) => {
  const [left, right] = call?.inputShapes ?? [];
  if (left === undefined || right === undefined) return 'inputs of which the rank is not known';
  const { axes } = config;
  const [first, second = first] = [axes].flat() as readonly number[];
  const counted = [left, right].map(({ length }, i) => {
    const axis = (i === 0 ? first : second)!;
    return axis < 0 ? axis + length : axis;
  });
  return left.length === right.length && left.length <= 3
    ? { config: { ...config, axes: counted } }
    : ours('Dot', { ...config, axes: counted });
};

/** Keras 3 leaves out what is masked. */
const leavingOut =
  (className: string): Rule =>
  (config, { mask, areMasked }) =>
    mask === 'input' ? ours(className, { name: config['name']!, are_masked: areMasked }) : undefined;

/** TensorFlow.js takes every negative axis for the last one. */
const concatenate: Rule = (config, { input }) => {
  const { axis = -1 } = config;
  if (axis === -1 || Number(axis) >= 0) return undefined;
  const [counted] = axesFrom(axis, input) ?? [];
  return counted === undefined ? unknownRank : { config: { ...config, axis: counted } };
};

export const mergeRules: RuleTable = {
  ...eachOf('Add Average', same),
  Concatenate: concatenate,
  Multiply: leavingOut('MaskedMultiply'),
  Maximum: leavingOut('MaskedMaximum'),
  Minimum: leavingOut('MaskedMinimum'),
  Dot: dot,
  Subtract: (config) => ours('Subtract', config),
};
