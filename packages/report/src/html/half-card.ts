import type { HalfPrecision } from '@lowbit/core';
import { halfCounts } from '../figures/half-lines.js';
import { renderGroups } from './left-groups.js';
import { empty, markup, type Markup } from './markup.js';

/** What of a model computes in float16, which values come closest to the end of its range, and what stays float32, by reason. */
export function renderHalves(float16: HalfPrecision | undefined): Markup {
  if (float16 === undefined) return empty;
  const { measured, ...counts } = float16;
  const kept = float16.kept.map(({ node, operator, reason }) => ({
    ...{ layer: node, subject: node },
    ...{ op: operator, reason },
  }));
  return markup`<div class="card">
    <h3>Float16</h3>
    <ul>${halfCounts(counts).map((line) => markup`<li>${line}</li>`)}</ul>
    ${measured === undefined ? empty : renderClosest(measured)}
    ${kept.length === 0 ? empty : renderGroups(kept)}
  </div>`;
}

function renderClosest({ limit, closest }: NonNullable<HalfPrecision['measured']>): Markup {
  return markup`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Closest on the data to the end of the range</th>
          <th scope="col" class="number">Largest</th>
          <th scope="col" class="number">Of ${limit}, up to which float16 is taken</th>
        </tr>
      </thead>
      <tbody>
        ${closest.map(
          ({ name, largest }) =>
            markup`<tr>
          <td><span class="name">${name}</span></td>
          <td class="number">${largest.toPrecision(3)}</td>
          <td class="number">${((100 * largest) / limit).toFixed(1)} %</td>
        </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
