import type { Shape } from '../../model.js';
import { eachOf, hasGaps, ours, same, type Rule, type RuleTable } from './form.js';

/** With `keepdims` it is a window as large as what comes in, where that is known. */
function globalPooling(kind: 'Max' | 'Average', rank: number): readonly [string, Rule] {
  const className = `Global${kind}Pooling${rank}D`;
  const rule: Rule = (config, { input, mask }) => {
    if (mask === 'input') return ours('MaskedAverage', config);
    if (config['keepdims'] !== true) return rank === 3 ? ours(className, config) : undefined;
    const sizes = input?.slice(1, -1) ?? [];
    return isKnown(sizes)
      ? { className: `${kind}Pooling${rank}D`, config: { name: config['name']!, pool_size: sizes } }
      : ours(className, config);
  };
  return [className, rule];
}

function isKnown(sizes: Shape): sizes is readonly number[] {
  return sizes.length > 0 && sizes.every((size) => size !== null);
}

const ofVolumes: Rule = (config) =>
  hasGaps(config, config['pool_size'] ?? 2) ? 'padding="same" and strides wider than pool_size' : undefined;

export const poolingRules: RuleTable = {
  ...eachOf('MaxPooling1D MaxPooling2D AveragePooling1D AveragePooling2D', same),
  ...eachOf('MaxPooling3D AveragePooling3D', ofVolumes),
  ...Object.fromEntries(
    [1, 2, 3].flatMap((rank) => [globalPooling('Max', rank), globalPooling('Average', rank)]),
  ),
};
