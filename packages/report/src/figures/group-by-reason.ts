import type { SkippedReport } from '@lowbit/core';
import { groups } from 'd3-array';

import { checkRows } from '../check-given.js';

export interface SkippedGroup {
  readonly reason: string;
  readonly notes: readonly SkippedReport[];
}

/** What was skipped, by reason, the most frequent first. */
export function groupByReason(skipped: readonly SkippedReport[]): readonly SkippedGroup[] {
  checkRows(skipped, 'reason', {
    where: 'groupByReason',
    expected: 'what a report says was skipped',
    remedy: 'Give report.skipped.',
  });
  return groups(skipped, ({ reason }) => reason)
    .map(([reason, notes]) => ({ reason, notes }))
    .sort((a, b) => b.notes.length - a.notes.length);
}
