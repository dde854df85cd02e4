import { empty, markup, type Markup } from './markup.js';
import type { LeadingCell, LeadingTable } from './types.js';

/** The table before the sections. */
export function renderLeadingTable({ title, note, columns, rows }: LeadingTable): Markup {
  const align = (i: number): string => (columns[i]?.align === 'right' ? 'number' : '');
  return markup`<section class="card">
    ${title === undefined ? empty : markup`<h2>${title}</h2>`} ${note === undefined ? empty : markup`<p>${note}</p>`}
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${columns.map(({ label }, i) => markup`<th scope="col" class="${align(i)}">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row) => markup`<tr>${row.map((cell, i) => renderCell(cell, align(i)))}</tr>`)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function renderCell(cell: LeadingCell, align: string): Markup {
  if (typeof cell !== 'object') return markup`<td class="${align}">${cell}</td>`;
  return markup`<td class="${align} ${cell.tone}">${cell.text}</td>`;
}
