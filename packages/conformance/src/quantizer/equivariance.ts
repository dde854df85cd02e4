import type { Quantizer } from '@lowbit/core';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { fit, levelsOfSlice, usableWidths } from './fit.js';
import type { Equivariance } from './options.js';
import { describe } from './parameters.js';

/** How a law moves the values: by a map of values that must move every level the same way. */
interface Motion {
  readonly name: string;
  readonly map: (value: number) => number;
}

const motions: Readonly<Record<Equivariance, { readonly title: string; readonly by: readonly Motion[] }>> = {
  scale: { title: 'scales its levels with the values', by: [scaling(0.25), scaling(3), scaling(64)] },
  'power-of-two': {
    title: 'scales its levels with the values, by powers of two',
    by: [scaling(0.25), scaling(64)],
  },
  translation: { title: 'shifts its levels with the values', by: [shift(1), shift(-8)] },
  sign: { title: 'mirrors its levels with the values', by: [{ name: 'mirrored', map: (value) => -value }] },
};

/** Levels of more bits are only more of the same, and slow to compare. */
const widestCompared = 8;

/** Laws on the motions that the quantizer claims to follow. */
export function equivarianceLaws(quantizer: Quantizer, claimed: readonly Equivariance[]): readonly Law[] {
  return claimed.map((claim) => {
    const { title, by } = motions[claim];
    return { title, run: () => by.forEach((motion) => checkMotion(quantizer, motion)) };
  });
}

function checkMotion(quantizer: Quantizer, { name, map }: Motion): void {
  const values = ordinaryValues();
  const moved = values.map(map);
  for (const width of usableWidths(quantizer)) {
    if (width.bits > widestCompared) continue;
    const expected = ascending(levelsOfSlice(fit(quantizer, values, width)).map(map));
    const received = ascending(levelsOfSlice(fit(quantizer, moved, width)));
    must(
      expected.length === received.length,
      () => `${describe(width)}: ${expected.length} levels become ${received.length} when ${name}`,
    );
    const largest = Math.max(...moved.map(Math.abs), ...expected.map(Math.abs));
    // Permits the float32 rounding of the moved values and of the parameters.
    const index = expected.findIndex(
      (level, i) => !(Math.abs(level - (received[i] as number)) <= 4e-6 * largest),
    );
    must(
      index < 0,
      () =>
        `${describe(width)}: ${name}, level ${index} should be ${expected[index]} and is ${received[index]}`,
    );
  }
}

function ascending(levels: readonly number[]): number[] {
  return [...levels].sort((a, b) => a - b);
}

function scaling(factor: number): Motion {
  return { name: `scaled by ${factor}`, map: (value) => value * factor };
}

function shift(distance: number): Motion {
  return { name: `shifted by ${distance}`, map: (value) => value + distance };
}
