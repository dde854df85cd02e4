import type { Report } from '@lowbit/core';
import { extremeErrors } from '../figures/extreme-errors.js';
import { gatherWarnings } from '../figures/gather-warnings.js';
import { formatBytes, formatError, formatRatio } from '../figures/numbers.js';
import { parameterWords } from '../figures/parameter-words.js';
import { roundingLines } from '../figures/rounding-lines.js';
import { verdictLines } from '../figures/verdict-lines.js';
import { renderActivationTable } from './activation-table.js';
import { renderBiasTable } from './bias-table.js';
import { renderBudget } from './budget-card.js';
import { renderErrorChart } from './error-chart.js';
import { renderHalves } from './half-card.js';
import { renderHistograms } from './histograms.js';
import { renderGroups } from './left-groups.js';
import { empty, markup, type Markup } from './markup.js';
import { renderSizes } from './sizes.js';
import type { ReportSection } from './types.js';
import { renderWeightTable } from './weight-table.js';

/** Everything about one report. */
export function renderSection(
  { title, note, next, report, budget, measurements }: ReportSection,
  index: number,
  open: boolean,
): Markup {
  return markup`<details class="section" id="section-${index + 1}"${open ? markup` open` : empty}>
    <summary><h2>${title}</h2><span class="gist">${gist(report)}</span></summary>
    ${note === undefined ? empty : markup`<p class="note">${note}</p>`} ${renderTiles(report)}${renderVerdict(report, next)}
    ${renderWarnings(report)} ${renderBudget(budget, measurements)}
    <div class="card"><h3>Sizes</h3>${renderSizes(report)} ${renderParameters(report)}</div>
    <div class="card"><h3>Error of each weight</h3>${renderErrorChart(report.weights)}</div>
    <div class="card"><h3>Weights</h3>${renderWeightTable(report.weights)}</div>
    ${renderRounding(report)}
    <div class="card"><h3>Histograms and levels</h3>${renderHistograms(report.weights)}</div>
    ${renderActivations(report)}
    ${renderHalves(report.float16)}
    <div class="card"><h3>Left as they are</h3>${report.skipped.length === 0 ? nothingLeft : renderGroups(report.skipped)}</div>
    ${renderPlan(report)}
  </details>`;
}

const nothingLeft = markup`<p class="quiet">Nothing: every weight was quantized.</p>`;

function gist({ modelBytes, bitsPerWeight }: Report): string {
  const { before, after } = modelBytes;
  return `${formatBytes(before)} → ${formatBytes(after)}, ${bitsPerWeight.toFixed(2)} bits a weight`;
}

function renderTiles({ modelBytes, bitsPerWeight, weights, skipped }: Report): Markup {
  const { worst } = extremeErrors(weights);
  const tiles: readonly (readonly [string, string, string])[] = [
    [
      'File',
      formatBytes(modelBytes.after),
      `${formatRatio(modelBytes.after, modelBytes.before)} of ${formatBytes(modelBytes.before)}`,
    ],
    ['Bits a weight', bitsPerWeight.toFixed(2), 'parameters counted'],
    ['Quantized', String(weights.length), `weights; ${skipped.length} others left as they are`],
    ['Worst weight', worst === undefined ? '–' : formatError(worst.error), worst?.id ?? 'none'],
  ];
  return markup`<div class="tiles">
    ${tiles.map(
      ([label, value, detail]) =>
        markup`<div class="tile">
          <span>${label}</span><strong>${value}</strong><span class="detail" title="${detail}">${detail}</span>
        </div>`,
    )}
  </div>`;
}

function renderVerdict(report: Report, next: string | undefined): Markup {
  const lines = [...verdictLines(report), ...(next === undefined ? [] : [next])];
  if (lines.length === 0) return empty;
  return markup`<div class="card verdict"><h3>Verdict</h3><ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul></div>`;
}

function renderWarnings(report: Report): Markup {
  const warnings = gatherWarnings(report);
  if (warnings.length === 0) return empty;
  return markup`<div class="card warnings">
    <h3>Warnings</h3>
    <ul>
      ${warnings.map((warning) => markup`<li>${warning}</li>`)}
    </ul>
  </div>`;
}

function renderParameters({ plan }: Report): Markup {
  const words = parameterWords(plan);
  return words === undefined ? empty : markup`<p class="note">${words}</p>`;
}

function renderActivations({ activations }: Report): Markup {
  if (activations === undefined) return empty;
  return markup`<div class="card"><h3>Activations</h3>${renderActivationTable(activations)}</div>`;
}

function renderRounding(report: Report): Markup {
  const lines = roundingLines(report);
  if (lines.length === 0) return empty;
  return markup`<div class="card">
    <h3>Chosen by the data</h3>
    <ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul>
    ${report.biases === undefined ? empty : renderBiasTable(report.biases)}
  </div>`;
}

function renderPlan({ plan }: Report): Markup {
  return markup`<details class="card">
    <summary>The plan as JSON, for lowbit quantize --plan</summary>
    <pre>${JSON.stringify(plan, null, 2)}</pre>
  </details>`;
}
