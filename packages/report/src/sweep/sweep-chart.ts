import { extent, groups } from 'd3-array';
import { scaleLinear, type ScaleLinear } from 'd3-scale';

import { formatBytes, formatDecibels } from '../figures/numbers.js';
import { markup, type Markup } from '../html/markup.js';
import type { SweepRow } from './sweep-document.js';

const width = 1000;
const height = 360;
const margin = { top: 14, right: 150, bottom: 34, left: 52 };

interface Point {
  readonly row: SweepRow;
  readonly bytes: number;
  readonly decibels: number;
}

/** Size against what is kept: a line for each method and granularity, a point for each width. */
export function sweepChart(rows: readonly SweepRow[]): Markup {
  const points = rows.flatMap((row): readonly Point[] => {
    const { bytes, sqnrDb } = row.trial;
    return bytes === undefined || typeof sqnrDb !== 'number' ? [] : [{ row, bytes, decibels: sqnrDb }];
  });
  if (points.length === 0) return markup`<p class="quiet">Nothing could be measured.</p>`;
  const [smallest = 0, largest = 1] = extent(points, ({ bytes }) => bytes);
  const [worst = 0, best = 1] = extent(points, ({ decibels }) => decibels);
  const x = scaleLinear(
    [smallest, Math.max(largest, smallest + 1)],
    [margin.left, width - margin.right],
  ).nice(5);
  const y = scaleLinear([Math.min(0, worst), Math.max(1, best)], [height - margin.bottom, margin.top]).nice(
    5,
  );
  const families = groups(points, ({ row }) => `${row.weights}, ${row.granularity}`);
  const label = 'Size of the file against the decibels that it keeps, for each method, granularity and width';
  return markup`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    ${y.ticks(5).map((tick) => gridLine(tick, y(tick)))}
    ${x.ticks(5).map((tick) => sizeTick(tick, x(tick)))}
    ${families.map(([name, family]) => drawFamily(name, family, x, y))}
  </svg>`;
}

function gridLine(tick: number, y: number): Markup {
  return markup`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${round(y)}" y2="${round(y)}" />
    <text class="axis end" x="${margin.left - 6}" y="${round(y + 4)}">${tick}</text>`;
}

const sizeTick = (tick: number, x: number): Markup =>
  markup`<text class="axis middle" x="${round(x)}" y="${height - 12}">${formatBytes(tick)}</text>`;

type Scale = ScaleLinear<number, number>;

function drawFamily(name: string, family: readonly Point[], x: Scale, y: Scale): Markup {
  const ordered = [...family].sort((one, other) => one.bytes - other.bytes);
  const line = ordered.map(({ bytes, decibels }) => `${round(x(bytes))},${round(y(decibels))}`).join(' ');
  const last = ordered[ordered.length - 1];
  return markup`<polyline fill="none" class="grid" points="${line}" />
    ${ordered.map(({ row, bytes, decibels }) => drawPoint(row, x(bytes), y(decibels)))}
    <text class="axis" x="${round(x(last.bytes) + 9)}" y="${round(y(last.decibels) + 4)}">${name}</text>`;
}

function drawPoint({ weights, bits, granularity, trial }: SweepRow, x: number, y: number): Markup {
  const words = `${weights}, ${bits} bits, ${granularity}: ${formatBytes(trial.bytes ?? 0)}, ${formatDecibels(trial.sqnrDb)}`;
  return markup`<circle class="bits-${bits}" cx="${round(x)}" cy="${round(y)}" r="5"><title>${words}</title></circle>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
