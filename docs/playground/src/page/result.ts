import type { Report } from '@lowbit/core';
import { formatBytes, gatherWarnings, groupByReason, renderErrorChart, verdictLines } from 'lowbit/browser';
import { element, type Child } from './element.js';
import { sizeTable } from './size-table.js';
import { weightDetail } from './weight-detail.js';
import { weightTable } from './weight-table.js';

/** Everything about a report: sizes, warnings, error of each weight, histogram of the chosen one, what stays. */
export function resultView(report: Report, format: string): readonly HTMLElement[] {
  const detail = element('div', { class: 'detail', 'aria-live': 'polite' });
  const table = weightTable(report.weights, (weight) => detail.replaceChildren(weightDetail(weight)));
  return [
    element('p', { class: 'gist' }, gist(report)),
    ...verdictList(report),
    sizeTable(report, format),
    ...warningList(gatherWarnings(report)),
    ...halves(report),
    part('Error of each weight', errorChart(report)),
    part('Weights', table),
    part('The chosen weight', detail),
    ...stays(report),
  ];
}

function gist({ modelBytes, bitsPerWeight, weights }: Report): string {
  const { before, after } = modelBytes;
  return `${formatBytes(before)} → ${formatBytes(after)}, ${changeOf(before, after)}; ${weights.length} weights, ${bitsPerWeight.toFixed(2)} bits each with their parameters.`;
}

/** How much smaller, as far as one decimal shows it. */
function changeOf(before: number, after: number): string {
  const share = (before / after).toFixed(1);
  if (Number(share) > 1) return `${share} times smaller`;
  return after >= before ? 'which is no smaller' : 'hardly smaller';
}

function verdictList(report: Report): readonly HTMLElement[] {
  const items = verdictLines(report).map((line) => element('li', {}, line));
  if (items.length === 0) return [];
  return [element('div', { class: 'verdict' }, element('h3', {}, 'Verdict'), element('ul', {}, ...items))];
}

function errorChart({ weights }: Report): HTMLElement {
  const chart = element('div', {
    class: 'error-chart',
    role: 'region',
    'aria-label': 'Error of each weight',
    tabindex: 0,
  });
  // Names in it are escaped where the markup is made.
  chart.innerHTML = renderErrorChart(weights).html;
  return chart;
}

function warningList(warnings: readonly string[]): readonly HTMLElement[] {
  if (warnings.length === 0) return [];
  const items = warnings.map((warning) => element('li', {}, warning));
  return [element('div', { class: 'warnings' }, element('h3', {}, 'Warnings'), element('ul', {}, ...items))];
}

/** How much computes in float16, and why the rest does not. */
function halves({ float16 }: Report): readonly HTMLElement[] {
  if (float16 === undefined) return [];
  const left = float16.kept.map(({ node, operator, reason }) => ({
    ...{ layer: node, op: operator },
    ...{ subject: node, reason },
  }));
  const items = groupByReason(left).map(({ reason, notes }) =>
    element('li', {}, `${notes.length} × ${reason}`),
  );
  const count = `${float16.nodes} nodes compute in float16, ${left.length} stay float32.`;
  return [
    part(
      'Float16',
      element('div', { class: 'float16' }, element('p', {}, count), element('ul', {}, ...items)),
    ),
  ];
}

function stays({ skipped }: Report): readonly HTMLElement[] {
  if (skipped.length === 0) return [];
  const items = groupByReason(skipped).map(({ reason, notes }) =>
    element('li', {}, `${notes.length} × ${reason}: ${notes.map(({ subject }) => subject).join(', ')}`),
  );
  return [
    element(
      'details',
      {},
      element('summary', {}, `Left as they are: ${skipped.length}`),
      element('ul', {}, ...items),
    ),
  ];
}

function part(title: string, ...content: readonly Child[]): HTMLElement {
  return element('section', {}, element('h3', {}, title), ...content);
}
