import type { SkippedReport } from '@lowbit/core';
import { groupByReason } from '../figures/group-by-reason.js';
import { markup, type Markup } from './markup.js';

/** What was left as it is, grouped by the reason. */
export function renderGroups(left: readonly SkippedReport[]): Markup {
  const groups = groupByReason(left);
  return markup`<div class="skipped">${groups.map(
    ({ reason, notes }) =>
      markup`<details>
    <summary><span class="count">${notes.length}</span> ${reason}</summary>
    <ul>
      ${notes.map(({ subject, op }) => markup`<li><span class="op">${op}</span> ${subject}</li>`)}
    </ul>
  </details>`,
  )}</div>`;
}
