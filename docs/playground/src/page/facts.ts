import { formatBytes } from 'lowbit/browser';
import type { ModelFacts } from '../shared/messages.js';
import { element } from './element.js';

/** What is known about a model that was opened. */
export function factList({ facts, quantizable, skipped }: ModelFacts): HTMLElement {
  const { count, bytes } = quantizable;
  const rows = [...facts, ['Can be quantized', `${count} weights, ${formatBytes(bytes)}`] as const];
  return element(
    'div',
    {},
    element(
      'dl',
      { class: 'facts' },
      ...rows.flatMap(([label, text]) => [element('dt', {}, label), element('dd', {}, text)]),
    ),
    ...(skipped.length === 0 ? [] : [skippedList(skipped)]),
  );
}

function skippedList(skipped: ModelFacts['skipped']): HTMLElement {
  const total = skipped.reduce((sum, { count }) => sum + count, 0);
  const items = skipped.map(({ reason, count }) => element('li', {}, `${count} × ${reason}`));
  return element(
    'details',
    {},
    element('summary', {}, `Stays as it is: ${total}`),
    element('ul', {}, ...items),
  );
}
