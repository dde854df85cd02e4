import { LowbitError, type BitwidthPolicy } from '@lowbit/core/method';
import { assignUnits } from './assignment/assign-units.js';
import { stageOf } from './assignment/stages.js';
import { unitsOf } from './assignment/units.js';
import { paper } from './paper.js';

/** Options of {@link stagewise}. */
export interface StagewiseOptions {
  /** Bits of each stage, the first stage first, 1 … 16 each: for instance 4, 2, 1. Any order, for comparisons. */
  readonly widths: readonly number[];
  /** Least bits of depthwise convolutions, 1 … 16. Default 4. */
  readonly depthwise?: number;
}

/**
 * The layers with weights in stages of equal depth, each with a width of its own. Needs no data. Two layers get the first and
 * the last width. Weights that are to stay float are left alone.
 *
 * Source: as {@link progressive}; the widths that the paper chose by stage were not available to us. Useful ones are 4, 2, 1,
 * 3, 2, 1, 8, 4, 2 and 4, 3, 2.
 *
 * @throws LowbitError `unsupported-bits` unless every width is an integer from 1 to 16 and there is one.
 */
export function stagewise({ widths, depthwise = 4 }: StagewiseOptions): BitwidthPolicy {
  const given = [...widths, depthwise];
  if (widths.length === 0 || given.some((bits) => !Number.isInteger(bits) || bits < 1 || bits > 16)) {
    throw unsupported(widths, depthwise);
  }
  return {
    kind: 'policy',
    api: 2,
    name: 'stagewise',
    summary: 'stages of equal depth, each with its own bits',
    paper,
    assign(draft, layers) {
      const units = unitsOf(draft, layers, depthwise);
      const decisions = units.map((_, i) => {
        const stage = stageOf(i, units.length, widths.length);
        const bits = widths[stage] as number;
        return { bits, reason: `stage ${stage + 1} of ${widths.length}: ${bits} bits` };
      });
      return assignUnits(draft, units, decisions);
    },
  };
}

function unsupported(widths: readonly number[], depthwise: number): LowbitError {
  return new LowbitError({
    code: 'unsupported-bits',
    where: "policy 'stagewise'",
    expected: 'one width or more, integers from 1 to 16',
    received: `widths ${widths.join(', ') || 'none'}; depthwise ${depthwise}`,
  });
}
