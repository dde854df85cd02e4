import type { BudgetReport, Measurements } from '@lowbit/core/policy';

import { budgetLines } from '../figures/budget-lines.js';
import { type Curve, type CurvePoint, curveOf, rankCorrelation } from '../figures/curve.js';
import { formatBytes, formatReal } from '../figures/numbers.js';
import { renderAgreement } from './agreement-chart.js';
import { curveChart } from './curve-chart.js';
import { renderDepth } from './depth-chart.js';
import { empty, markup, type Markup } from './markup.js';

/** What a budget was spent on: the curve of size against loss with a slider, bits by depth, predictions against what was measured. */
export function renderBudget(
  budget: BudgetReport | undefined,
  measurements: Measurements | undefined,
): Markup {
  if (budget === undefined && measurements === undefined) return empty;
  const lines = budget === undefined ? [] : budgetLines(budget);
  return markup`<div class="card budget"><h3>Budget</h3>
    <ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul>
    ${measurements === undefined ? empty : renderCurve(curveOf(measurements, budget), measurements)}
  </div>`;
}

function renderCurve(curve: Curve, { effect, separability = [] }: Measurements): Markup {
  const { points, chosen, layers } = curve;
  if (points.length === 0) return markup`<p class="quiet">Nothing was measured.</p>`;
  const isRun = effect !== undefined;
  const start = Math.max(chosen, 0);
  const now = points[start] as CurvePoint;
  const { svg, places } = curveChart(points, start, isRun);
  const shown = points.map(({ bits }, i) => ({
    ...places[i],
    ...sides(points[i] as CurvePoint, isRun),
    bits,
  }));
  return markup`<div class="curve" data-points="${JSON.stringify(shown)}">
    <h4>Size against ${isRun ? 'loss of the outputs' : 'error of the weights, unverified'}</h4>
    <p class="quiet">Line: sum of the ${isRun ? 'effects of single weights' : 'errors of the weights'}.${isRun ? ' Dots: all weights together, measured.' : ''} Move the slider to see what each size costs.</p>
    ${svg}
    <div class="sides">
      <output class="size">${sides(now, isRun).size}</output>
      <input type="range" min="0" max="${points.length - 1}" step="1" value="${start}" aria-label="Size" />
      <output class="loss">${sides(now, isRun).loss}</output>
    </div>
    <h4>Bits by depth</h4>
    ${renderDepth(layers, now.bits, separability)}
  </div>
  ${isRun ? agreement(curve) : empty}`;
}

/** What stands on the two sides of the slider. */
function sides({ bytes, predicted, measured }: CurvePoint, isRun: boolean): { size: string; loss: string } {
  const loss =
    measured === undefined
      ? `${isRun ? 'not measured together; ' : ''}predicted ${formatReal(predicted)}`
      : `measured ${formatReal(measured)}, predicted ${formatReal(predicted)}`;
  return { size: formatBytes(Math.round(bytes)), loss };
}

function agreement({ pairs }: Curve): Markup {
  const correlation = rankCorrelation(pairs);
  const told =
    correlation === undefined
      ? 'too few to tell how well they agree'
      : `rank correlation ${correlation.toFixed(2)} over ${pairs.length} choices`;
  return markup`<h4>Predicted against measured effect</h4>
    <p class="quiet">Of whole choices: ${told}.</p>
    ${renderAgreement(pairs)}`;
}
