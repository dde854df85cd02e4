import type { LayerSeparability } from '@lowbit/core/policy';
import { scaleBand, scaleLinear } from 'd3-scale';

import { empty, markup, type Markup } from './markup.js';

const width = 1000;
const height = 180;
const margin = { top: 10, right: 8, bottom: 22, left: 44 };
/** Widths beyond this are drawn as this: floats would dwarf the rest. */
const mostBits = 16;
/** Pixels of one bit. The script of the page computes with it too. */
const unit = (height - margin.top - margin.bottom) / mostBits;

/** Bits of each weight by depth as bars, which the slider changes; the separability of the classes after each layer as a line, where it is known. */
export function renderDepth(
  layers: readonly { readonly id: string; readonly layer: string }[],
  bits: readonly number[],
  separability: readonly LayerSeparability[],
): Markup {
  const x = scaleBand<number>([...layers.keys()], [margin.left, width - margin.right]).paddingInner(0.2);
  const foot = height - margin.bottom;
  const bars = layers.map(({ id }, i) => {
    const own = Math.min(bits[i] ?? mostBits, mostBits);
    const place = { x: round(x(i) ?? 0), y: round(foot - own * unit), size: round(own * unit) };
    return markup`<rect class="bits-${own}" x="${place.x}" y="${place.y}" width="${round(x.bandwidth())}" height="${place.size}"><title>${id}</title></rect>`;
  });
  const line = separabilityLine(layers, separability, (i) => (x(i) ?? 0) + x.bandwidth() / 2);
  return markup`<svg class="chart depth" data-foot="${foot}" data-unit="${round(unit)}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Bits of each weight by depth">
      ${[4, 8, 16].map((tick) => gridLine(tick, round(foot - tick * unit)))}
      ${bars} ${line}
      <text class="axis" x="${margin.left}" y="${height - 5}">first weight</text>
      <text class="axis end" x="${width - margin.right}" y="${height - 5}">last weight</text>
    </svg>
    ${separability.length === 0 ? empty : markup`<p class="quiet">Line: how well the features after each layer separate the classes, from the least to the most.</p>`}`;
}

function separabilityLine(
  layers: readonly { readonly layer: string }[],
  separability: readonly LayerSeparability[],
  place: (index: number) => number,
): Markup {
  const known = layers.flatMap(({ layer }, i) => {
    const value = separability.find((one) => one.layer === layer)?.value;
    return value === undefined ? [] : [{ i, value }];
  });
  if (known.length < 2) return empty;
  const values = known.map(({ value }) => value);
  const y = scaleLinear([Math.min(...values), Math.max(...values)], [height - margin.bottom, margin.top]);
  const points = known.map(({ i, value }) => `${round(place(i))},${round(y(value))}`).join(' ');
  return markup`<polyline class="line separability" points="${points}" />`;
}

const gridLine = (tick: number, y: number): Markup =>
  markup`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y}" y2="${y}" />
    <text class="axis end" x="${margin.left - 6}" y="${y + 4}">${tick}</text>`;

const round = (value: number): number => Math.round(value * 100) / 100;
