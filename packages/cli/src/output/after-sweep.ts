import { leastDecibels } from '@lowbit/core/adapter';
import type { Measurements } from '@lowbit/core/policy';
import type { SweepDocument } from '@lowbit/report/text';

import { commandWords } from './changed-command.js';

type Setting = Pick<SweepDocument['rows'][number], 'weights' | 'bits' | 'granularity'>;

/** The command that quantizes with a setting of a sweep. */
export type QuantizingSetting = (setting: Setting) => string;

/** A setting as options. */
export function settingWords({ weights, bits, granularity }: Setting): readonly string[] {
  return ['--weights', weights, '--bits', String(bits), '--granularity', granularity];
}

/** A budget that measured candidates can keep, as options: halfway from the narrowest to the widest. */
export function budgetWords({ items }: Measurements, file: string): readonly string[] {
  const sum = (of: (item: Measurements['items'][number]) => number) =>
    items.reduce((total, item) => total + of(item), 0);
  const bits = (of: (...bytes: number[]) => number) =>
    (8 *
      sum(({ candidates }) =>
        of(...candidates.map(({ storedBytes, valueBytes = storedBytes }) => valueBytes)),
      )) /
    sum(({ values }) => values);
  const half = (bits(Math.min) + bits(Math.max)) / 2;
  return ['--measurements', file, '--average-bits', (Math.ceil(10 * half) / 10).toFixed(1)];
}

/** What comes after a share of some work. */
export function mergingShares(output = 'FILE'): string {
  return `${commandWords(['merge', output, 'OTHERS', '--output', 'WHOLE'])} when the other shares are done`;
}

/** What comes after a sweep: the smallest that the outputs say is usable, or else more data or more bits. */
export function afterSweep(
  { input, rows, total }: SweepDocument,
  output: string | undefined,
  quantizing: QuantizingSetting,
): string {
  if (rows.length < total) return mergingShares(output);
  const possible = rows.filter(({ trial }) => trial.impossible === undefined);
  const byOutputs = possible.filter(({ trial }) => trial.by === 'outputs');
  if (possible.length > 0 && byOutputs.length === 0)
    return `${commandWords(['sweep', input])} --calibrate PATH, with real inputs, which tell what the outputs keep`;
  const [best] = byOutputs
    .filter(({ trial }) => trial.grade === 'probably-usable')
    .sort((a, b) => (a.trial.bytes ?? Infinity) - (b.trial.bytes ?? Infinity));
  return best === undefined
    ? `try wider weights, such as --bits 10,12: none of these keeps ${leastDecibels} dB of the outputs, and their classes`
    : quantizing(best);
}
