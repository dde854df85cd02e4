import { scaleLinear, scaleLog } from 'd3-scale';

import type { CurvePoint } from '../figures/curve.js';
import { formatBytes } from '../figures/numbers.js';
import { markup, type Markup } from './markup.js';

const width = 1000;
const height = 240;
const margin = { top: 12, right: 16, bottom: 26, left: 60 };

/** Where a point of the curve stands in its chart. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The curve as a chart with a mark on one of its points, and where the mark goes for each. */
export function curveChart(
  points: readonly CurvePoint[],
  start: number,
  isRun: boolean,
): { readonly svg: Markup; readonly places: readonly Place[] } {
  const x = horizontal(points);
  const y = lossScale(points.flatMap(({ predicted, measured }) => [predicted, measured ?? predicted]));
  const line = points.map(({ bytes, predicted }) => `${x(bytes)},${y.place(predicted)}`).join(' ');
  const places = points.map(({ bytes, predicted, measured }) => ({
    x: x(bytes),
    y: y.place(measured ?? predicted),
  }));
  const dots = points.flatMap(({ bytes, measured }) =>
    measured === undefined
      ? []
      : [markup`<circle class="dot" cx="${x(bytes)}" cy="${y.place(measured)}" r="3.5" />`],
  );
  const mark = places[start] ?? { x: 0, y: 0 };
  const label = isRun ? 'Loss of the outputs by size' : 'Error of the weights by size';
  const first = points[0]?.bytes ?? 0;
  const last = points.at(-1)?.bytes ?? 0;
  const svg = markup`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    ${y.ticks.map(({ text, at }) => gridLine(text, at))}
    <polyline class="line" points="${line}" />${dots}
    <circle class="mark" cx="${mark.x}" cy="${mark.y}" r="7" />
    <text class="axis" x="${margin.left}" y="${height - 5}">${formatBytes(Math.round(first))}</text>
    <text class="axis end" x="${width - margin.right}" y="${height - 5}">${formatBytes(Math.round(last))}</text>
  </svg>`;
  return { svg, places };
}

function horizontal(points: readonly CurvePoint[]): (bytes: number) => number {
  const sizes = points.map(({ bytes }) => bytes);
  const scale = scaleLinear([Math.min(...sizes), Math.max(...sizes)], [margin.left, width - margin.right]);
  return (bytes) => round(scale(bytes));
}

/** Powers of ten, since effects differ by orders of magnitude; what is not above 0 stands at the foot. */
function lossScale(losses: readonly number[]) {
  const above = losses.filter((loss) => loss > 0);
  const [least, most] = above.length === 0 ? [0.1, 1] : [Math.min(...above), Math.max(...above)];
  const scale = scaleLog([least, Math.max(most, least * 10)], [height - margin.bottom, margin.top]).nice();
  const [low = least] = scale.domain();
  return {
    place: (loss: number) => round(scale(Math.max(loss, low))),
    ticks: scale
      .ticks(5)
      .filter((tick) => Number.isInteger(Math.round(1e6 * Math.log10(tick)) / 1e6))
      .map((tick) => ({ text: tick.toExponential(0), at: round(scale(tick)) })),
  };
}

const gridLine = (text: string, y: number): Markup =>
  markup`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y}" y2="${y}" />
    <text class="axis end" x="${margin.left - 6}" y="${y + 4}">${text}</text>`;

const round = (value: number): number => Math.round(value * 10) / 10;
