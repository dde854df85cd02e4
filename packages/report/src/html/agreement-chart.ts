import { scaleLog } from 'd3-scale';

import { formatReal } from '../figures/numbers.js';
import { empty, markup, type Markup } from './markup.js';

const size = 300;
const margin = 30;

/** Predicted effects against measured ones, both in powers of ten; on the line both are equal. */
export function renderAgreement(pairs: readonly (readonly [predicted: number, measured: number])[]): Markup {
  const shown = pairs.filter((pair) => pair.every((value) => value > 0));
  if (shown.length === 0) return empty;
  const all = shown.flat();
  const domain = [Math.min(...all), Math.max(...all, Math.min(...all) * 10)] as const;
  const x = scaleLog(domain, [margin, size - 10]).nice();
  const y = scaleLog(domain, [size - margin, 10]).nice();
  const [low = 1, high = 1] = x.domain();
  return markup`<svg class="chart agreement" viewBox="0 0 ${size} ${size}" role="img" aria-label="Predicted against measured effect">
    <line class="grid" x1="${round(x(low))}" y1="${round(y(low))}" x2="${round(x(high))}" y2="${round(y(high))}" />
    ${shown.map(
      ([predicted, measured]) =>
        markup`<circle class="dot" cx="${round(x(predicted))}" cy="${round(y(measured))}" r="3"><title>predicted ${formatReal(predicted)}, measured ${formatReal(measured)}</title></circle>`,
    )}
    <text class="axis" x="${margin}" y="${size - 8}">predicted →</text>
    <text class="axis" x="4" y="10">measured ↑</text>
  </svg>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
