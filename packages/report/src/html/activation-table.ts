import type { ActivationReport, FittedRange } from '@lowbit/core';
import { formatRange, formatReal, formatShare } from '../figures/numbers.js';
import { markup, type Markup } from './markup.js';

/** One row a place where the plan quantizes activations. */
export function renderActivationTable(activations: readonly ActivationReport[]): Markup {
  if (activations.length === 0)
    return markup`<p class="quiet">None: what keeps layers in floats is told with the weights.</p>`;
  return markup`<div class="scroll tall">
    <table>
      <thead>
        <tr>
          <th scope="col">Value</th>
          <th scope="col" class="number">Bits</th>
          <th scope="col">Method</th>
          <th scope="col">Written as</th>
          <th scope="col" class="number">Seen in the calibration</th>
          <th scope="col" class="number">Levels from … to</th>
          <th scope="col" class="number">Step</th>
          <th scope="col" class="number">Clipped, of the sample</th>
        </tr>
      </thead>
      <tbody>
        ${activations.map(renderRow)}
      </tbody>
    </table>
  </div>`;
}

function renderRow(row: ActivationReport): Markup {
  const { tensor, bits, quantizer, reason, fitted, form = '–', formReason = '', float } = row;
  if (float === true)
    return markup`<tr>
      <td><span class="name">${tensor}</span></td>
      <td class="number"><span class="chip" title="${reason}">float</span></td>
      <td class="muted">${quantizer}</td>
      <td class="muted" colspan="5">${formReason}</td>
    </tr>`;

  return markup`<tr>
    <td><span class="name">${tensor}</span></td>
    <td class="number"><span class="chip bits-${bits}" title="${reason}">${bits}</span></td>
    <td>${quantizer}</td>
    <td title="${formReason}">${form}</td>
    ${fitted === undefined ? markup`<td class="muted" colspan="4">measured on every run</td>` : renderFitted(fitted)}
  </tr>`;
}

function renderFitted({ observed, grid, parameters, clipped }: FittedRange): Markup {
  const cells = [
    observed === undefined ? '–' : formatRange(observed.min, observed.max),
    formatRange(grid.min, grid.max),
    parameters.kind === 'affine' ? formatReal(parameters.scale) : '–',
    clipped === undefined ? '–' : formatShare(clipped),
  ];
  return markup`${cells.map((cell) => markup`<td class="number">${cell}</td>`)}`;
}
