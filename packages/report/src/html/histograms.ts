import type { Histogram, WeightReport } from '@lowbit/core';
import { max, min } from 'd3-array';
import { scaleLinear, scaleSqrt, type ScaleLinear } from 'd3-scale';

import { checkWeights } from '../check-given.js';
import { formatError, formatReal } from '../figures/numbers.js';
import { empty, markup, raw, type Markup } from './markup.js';

const width = 300;
const baseline = 72;
const levelsEnd = 84;
const height = 100;

/** A small chart for each weight: how its values are spread, and where its levels are. */
export function renderHistograms(weights: readonly WeightReport[]): Markup {
  if (!weights.some(({ histogram }) => histogram !== undefined))
    return markup`<p class="quiet">No histograms were made.</p>`;
  return markup`<p class="quiet">
      Counts of the values as they were (height: square root of the count). The marks below are the levels of the slice
      with the widest range; every value of that slice becomes one of them.
    </p>
    <div class="gallery">${weights.map(renderHistogram)}</div>`;
}

/** The chart of one weight; nothing where it was not measured. */
export function renderHistogram(weight: WeightReport): Markup {
  checkWeights([weight], 'renderHistogram');
  const { id, bits, error, histogram } = weight;
  if (error === undefined || histogram === undefined) return empty;
  const { levels } = histogram;
  const count = levels.length === 0 ? `2^${bits} levels, not drawn` : `${levels.length} levels`;
  return markup`<figure>
    <figcaption>
      <span class="name" title="${id}">${id}</span>
      <span class="quiet">${bits} bits, ${count}, ${formatError(error)}</span>
    </figcaption>
    ${drawing(histogram, bits)}
  </figure>`;
}

function drawing(histogram: Histogram, bits: number): Markup {
  const x = valueScale(histogram);
  const ticks = x.ticks(4);
  const format = x.tickFormat(4);
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${describe(histogram)}">
    <path class="counts" d="${raw(countsPath(histogram, x))}" />
    <path class="levels stroke-${bits}" d="${raw(levelsPath(histogram, x))}" />
    ${ticks.map((tick) => markup`<text class="axis middle" x="${Math.round(x(tick))}" y="${height - 3}">${format(tick)}</text>`)}
  </svg>`;
}

/** The axis covers the values and the levels, which may reach farther. */
function valueScale({ min: low, max: high, levels }: Histogram): ScaleLinear<number, number> {
  const from = Math.min(low, min(levels) ?? low);
  const to = Math.max(high, max(levels) ?? high);
  const spread = to > from ? 0 : Math.abs(from) || 1;
  return scaleLinear([from - spread, to + spread], [6, width - 6]);
}

function countsPath({ min: low, max: high, counts }: Histogram, x: ScaleLinear<number, number>): string {
  const y = scaleSqrt([0, max(counts) ?? 1], [baseline, 4]);
  const bin = scaleLinear([0, counts.length], [low, high]);
  const from = round(x(low)) - (high > low ? 0 : 2);
  const steps = counts.map(
    (count, i) => `V${round(y(count))}H${high > low ? round(x(bin(i + 1))) : from + 4}`,
  );
  return `M${from} ${baseline}${steps.join('')}V${baseline}Z`;
}

/** Levels closer than a third of a pixel are one mark. */
function levelsPath({ levels }: Histogram, x: ScaleLinear<number, number>): string {
  const places = new Set(levels.map((level) => Math.round(x(level) * 3) / 3));
  return [...places].map((place) => `M${round(place)} ${baseline + 3}V${levelsEnd}`).join('');
}

function describe({ min: low, max: high, levels }: Histogram): string {
  return `Values from ${formatReal(low)} to ${formatReal(high)}, ${levels.length} levels`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
