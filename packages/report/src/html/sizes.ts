import type { Report } from '@lowbit/core';
import { max } from 'd3-array';
import { scaleLinear } from 'd3-scale';

import { formatBytes, formatRatio } from '../figures/numbers.js';
import { markup, raw, type Markup } from './markup.js';

interface Bar {
  readonly label: string;
  readonly bytes: number;
  readonly whole: number;
  readonly kind: 'before' | 'after';
}

/** Sizes as numbers and bars: the weights (float, nominal, stored, in memory) and the whole file. */
export function renderSizes({ sizes, modelBytes }: Report): Markup {
  const weights: readonly Bar[] = [
    { label: 'Weights as they were', bytes: sizes.float, whole: sizes.float, kind: 'before' },
    { label: 'Nominal: values × bits', bytes: sizes.nominal, whole: sizes.float, kind: 'after' },
    { label: 'Stored: with parameters', bytes: sizes.stored, whole: sizes.float, kind: 'after' },
    { label: 'In memory at run time', bytes: sizes.memory, whole: sizes.float, kind: 'after' },
  ];
  const file: readonly Bar[] = [
    { label: 'File before', bytes: modelBytes.before, whole: modelBytes.before, kind: 'before' },
    { label: 'File after', bytes: modelBytes.after, whole: modelBytes.before, kind: 'after' },
  ];
  const bars = [...weights, ...file];
  const longest = max(bars, ({ bytes }) => bytes) ?? 0;
  return markup`<div class="bars">${bars.map((bar) => renderBar(bar, longest))}</div>`;
}

function renderBar({ label, bytes, whole, kind }: Bar, longest: number): Markup {
  const percent = scaleLinear([0, Math.max(longest, 1)], [0, 100])(bytes).toFixed(2);
  return markup`<span class="label">${label}</span>
    <span class="track"><span class="bar ${kind}" style="width:${raw(percent)}%"></span></span>
    <span class="value">${formatBytes(bytes)}</span><span class="ratio">${formatRatio(bytes, whole)}</span>`;
}
