import type { BiasReport } from '@lowbit/core';
import { markup, type Markup } from './markup.js';

/** One row a weight whose bias was to be corrected. */
export function renderBiasTable(biases: readonly BiasReport[]): Markup {
  return markup`<div class="scroll tall">
    <table>
      <thead>
        <tr>
          <th scope="col">Bias beside</th>
          <th scope="col">Written as</th>
          <th scope="col" class="number">Bytes added</th>
          <th scope="col" class="number">Gain, dB</th>
          <th scope="col" class="number">On samples kept back, dB</th>
        </tr>
      </thead>
      <tbody>
        ${biases.map(renderRow)}
      </tbody>
    </table>
  </div>`;
}

function renderRow({ weight, form, storedBytes, gainDb, heldOutGainDb, left, reason }: BiasReport): Markup {
  if (left === true)
    return markup`<tr>
      <td><span class="name">${weight}</span></td>
      <td class="muted" colspan="4">${reason}</td>
    </tr>`;
  return markup`<tr>
    <td><span class="name">${weight}</span></td>
    <td title="${reason}">${form}</td>
    <td class="number">${storedBytes}</td>
    <td class="number">${decibels(gainDb)}</td>
    <td class="number">${decibels(heldOutGainDb)}</td>
  </tr>`;
}

const decibels = (gain: number | undefined): string => (gain === undefined ? '–' : gain.toFixed(1));
