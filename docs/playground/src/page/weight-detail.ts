import type { WeightReport } from '@lowbit/core';
import { formatCount, renderHistogram } from 'lowbit/browser';
import { element } from './element.js';

/** The histogram of one weight with its levels, and why it is stored as it is. */
export function weightDetail(weight: WeightReport): HTMLElement {
  const { granularity, slices, reason, storageReason, warnings, form } = weight;
  const chart = element('div', { class: 'histogram' });
  // Names in it are escaped where the markup is made.
  chart.innerHTML = renderHistogram(weight).html;
  const scope = `${granularity}: ${formatCount(slices)} ${slices === 1 ? 'set' : 'sets'} of parameters`;
  return element(
    'div',
    {},
    chart,
    element(
      'p',
      { class: 'hint' },
      `Marks: levels of the slice with the widest range. Height: square root of the count.`,
    ),
    element(
      'ul',
      { class: 'reasons' },
      ...[scope, reason, `${form}: ${storageReason}`, ...warnings].map((text) => element('li', {}, text)),
    ),
  );
}
