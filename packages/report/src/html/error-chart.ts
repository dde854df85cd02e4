import type { WeightReport } from '@lowbit/core';
import { extent } from 'd3-array';
import { scaleBand, scaleLinear, type ScaleLinear } from 'd3-scale';

import { checkWeights } from '../check-given.js';
import { formatError } from '../figures/numbers.js';
import { isMeasured, sortableSignal, type MeasuredWeight } from '../figures/extreme-errors.js';
import { markup, raw, type Markup } from './markup.js';

const width = 1000;
const height = 240;
const widestBar = 60;
const margin = { top: 10, right: 8, bottom: 22, left: 44 };

/** Signal to noise of each weight, in the order of execution; the colour tells the bits. */
export function renderErrorChart(quantized: readonly WeightReport[]): Markup {
  checkWeights(quantized, 'renderErrorChart');
  if (quantized.length === 0) return markup`<p class="quiet">No weight was quantized.</p>`;
  const weights = quantized.filter(isMeasured);
  if (weights.length === 0) return markup`<p class="quiet">Errors were not measured.</p>`;
  const y = decibelScale(weights);
  const x = scaleBand<number>([...weights.keys()], [margin.left, width - margin.right]).paddingInner(0.25);
  const label = 'Signal to quantization noise of each weight in decibels';
  return markup`<p class="quiet">
      Signal to quantization noise, decibels, in the order of execution. Higher is better: 6 dB are one bit.
    </p>
    ${legend(weights)}
    <svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
      ${y.ticks(5).map((tick) => gridLine(tick, y(tick)))}
      ${weights.map((weight, i) => renderBar(weight, x(i) ?? 0, Math.min(widestBar, x.bandwidth()), y))}
      <text class="axis" x="${margin.left}" y="${height - 5}">first weight</text>
      <text class="axis end" x="${width - margin.right}" y="${height - 5}">last weight</text>
    </svg>`;
}

function decibelScale(weights: readonly MeasuredWeight[]): ScaleLinear<number, number> {
  const [lowest = 0, highest = 0] = extent(weights, ({ error }) => error.sqnrDb ?? undefined);
  const domain = [Math.min(0, lowest), Math.max(1, highest)];
  return scaleLinear(domain, [height - margin.bottom, margin.top]).nice(5);
}

function gridLine(tick: number, y: number): Markup {
  return markup`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${round(y)}" y2="${round(y)}" />
    <text class="axis end" x="${margin.left - 6}" y="${round(y + 4)}">${tick}</text>`;
}

function renderBar(
  { id, bits, error }: MeasuredWeight,
  x: number,
  breadth: number,
  y: ScaleLinear<number, number>,
): Markup {
  const [lowest = 0, highest = 0] = y.domain();
  const value = Math.min(Math.max(sortableSignal(error), lowest), highest);
  const top = Math.min(y(value), y(0));
  const size = Math.max(1, Math.abs(y(value) - y(0)));
  const place = raw(`x="${round(x)}" y="${round(top)}" width="${round(breadth)}" height="${round(size)}"`);
  return markup`<rect class="bits-${bits}" ${place}><title>${id}: ${formatError(error)}, ${bits} bits</title></rect>`;
}

function legend(weights: readonly WeightReport[]): Markup {
  const widths = [...new Set(weights.map(({ bits }) => bits))].sort((a, b) => a - b);
  return markup`<p class="legend">
    ${widths.map((bits) => markup`<span><i class="swatch bits-${bits}"></i>${bits} ${bits === 1 ? 'bit' : 'bits'}</span>`)}
  </p>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
