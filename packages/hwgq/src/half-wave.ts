import { type SliceParameters, toFloat32, toScale } from '@lowbit/core';
import type { CellRule, HalfWaveRow } from './levels.js';

/**
 * The codebook of one site: 0 and the levels of the row times the deviation, with thresholds halfway between
 * neighbours, the first one as the cell rule says. A deviation too small for float32 counts as 0.
 */
export function halfWaveCodebook(row: HalfWaveRow, cell: CellRule, deviation: number): SliceParameters {
  const scale = toScale(deviation);
  const levels = [0, ...row.levels].map((level) => level * scale);
  const thresholds = levels.slice(1).map((level, i) => {
    return i === 0 && cell === 'caffe' ? 0 : ((levels[i] as number) + level) / 2;
  });
  return {
    kind: 'codebook',
    values: Float32Array.from(levels, toFloat32),
    thresholds: Float32Array.from(thresholds, toFloat32),
  };
}
