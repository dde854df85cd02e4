import { LowbitError } from '@lowbit/core';
import { type LabelValues, labelUse, type ModelValue, strangeLabel } from '@lowbit/core/adapter';

/**
 * What labels are to an output of a run, as `labelUse` says.
 *
 * @throws LowbitError `calibration-invalid` for a label that is no class, or no finite number.
 */
export function checkedUse(
  { name, type, shape: declared }: ModelValue,
  shape: readonly number[],
  labels: LabelValues,
): ReturnType<typeof labelUse> {
  const use = labelUse({ type, declared, shape }, labels);
  if (use?.by === 'classes') checkClasses(use.labels, use.size.classes, `labels for the output ${name}`);
  if (use?.by === 'distance') checkNumbers(use.labels, `labels for the output ${name}`);
  return use;
}

function checkClasses(labels: ArrayLike<number>, classes: number, where: string): void {
  const strange = strangeLabel(labels, classes);
  if (strange === undefined) return;
  const { place, ...rest } = strange;
  throw new LowbitError({ code: 'calibration-invalid', where: `${where}, at ${place}`, ...rest });
}

function checkNumbers(labels: ArrayLike<number>, where: string): void {
  const at = Array.from(labels).findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new LowbitError({
    code: 'calibration-invalid',
    where: `${where}, at value ${at}`,
    expected: 'finite numbers',
    received: String(labels[at]),
    remedy: 'Remove this sample, or give a finite number in place of this value.',
  });
}
