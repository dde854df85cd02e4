import type { SkippedReport } from '@lowbit/core';

import { groupByReason, type SkippedGroup } from '../figures/group-by-reason.js';
import { markup, type Markup } from './markup.js';

/** What was left as it is, grouped by the reason. */
export function renderSkipped(skipped: readonly SkippedReport[]): Markup {
  if (skipped.length === 0) return markup`<p class="quiet">Nothing: every weight was quantized.</p>`;
  return markup`<div class="skipped">${groupByReason(skipped).map(renderGroup)}</div>`;
}

function renderGroup({ reason, notes }: SkippedGroup): Markup {
  return markup`<details>
    <summary><span class="count">${notes.length}</span> ${reason}</summary>
    <ul>
      ${notes.map(({ subject, op }) => markup`<li><span class="op">${op}</span> ${subject}</li>`)}
    </ul>
  </details>`;
}
