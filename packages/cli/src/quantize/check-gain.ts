import { LowbitError, type RecipeChange, type Registry, type Report } from '@lowbit/core';

import { fewerParameters, smallerChange } from './smaller-change.js';

/**
 * Refuses a result that is not smaller than the original, data files and metadata counted.
 *
 * @param again - the command with a change of the recipe
 * @param note - what is to be said of the original
 * @throws LowbitError `nothing-gained`.
 */
export function checkGain(
  report: Report,
  input: string,
  { methods, allowLarger }: { readonly methods: Registry; readonly allowLarger?: true },
  again: (change: RecipeChange) => string,
  note = '',
): void {
  const { before, after } = report.modelBytes;
  if (after < before || allowLarger === true) return;
  const floats = report.plan.weights.flatMap(({ id, bits, reason }) =>
    bits === 'float' && reason.startsWith('stays float') ? [`${id} ${reason}`] : [],
  );
  const larger = report.skipped.flatMap(({ subject, reason }) =>
    reason.startsWith('left as it was') ? [`${subject} is ${reason}`] : [],
  );
  const size = `a result of ${after} bytes, of which nothing is written`;
  const told = [size, ...[...floats, ...larger].slice(0, 3), ...(note === '' ? [] : [note])];
  const smaller = smallerChange(report, methods);
  const others = [
    ...(smaller === undefined
      ? []
      : [`try ${again(smaller.change)}, which takes ${smaller.bytes} bytes or fewer`]),
    ...(floats.length === 0 ? [] : ['mend the values of what stays float']),
    ...(larger.length === 0 ? [] : fewerParameters(report).map((change) => `try ${again(change)}`)),
    'leave the model as it is',
    'or give --allow-larger to have the result all the same',
  ];
  throw new LowbitError({
    code: 'nothing-gained',
    where: input,
    expected: `fewer bytes than the ${before} of the original`,
    received: told.join('; '),
    remedy: sentenceOf(others),
  });
}

function sentenceOf(choices: readonly string[]): string {
  const text = choices.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
