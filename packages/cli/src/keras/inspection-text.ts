import { wordProblem } from '@lowbit/core';
import type { InspectedLayer, KerasInspection } from '@lowbit/keras';

/** The layers of a model of Keras as a table, and what stands against reading it. */
export function kerasInspectionText(inspection: KerasInspection): string {
  const { name, kerasVersion, layers, parameters, problems, notes } = inspection;
  const from = kerasVersion === undefined ? 'Keras' : `Keras ${kerasVersion}`;
  const count = parameters === null ? 'an unknown number of' : parameters.toLocaleString('en');
  const lines = [
    `${name}: a model of ${from}, ${count} parameters`,
    '',
    ...table([['layer', 'class', 'output', 'parameters'], ...layers.map(row)]),
    ...(problems.length === 0
      ? []
      : ['', 'It cannot be imported as it is:', ...problems.map((each) => `  ${wordProblem(each)}`)]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
  return `${lines.join('\n')}\n`;
}

function row({ id, className, depth, outputShape, parameters }: InspectedLayer): readonly string[] {
  const shape = outputShape === undefined ? '' : `[${outputShape.map((size) => size ?? '?').join(', ')}]`;
  return [
    `${'  '.repeat(depth)}${id.split('/').at(-1)}`,
    className,
    shape,
    parameters?.toLocaleString('en') ?? '?',
  ];
}

/** Columns of equal width; the last one is set to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  const last = widths.length - 1;
  return rows.map((cells) =>
    cells.map((cell, i) => (i === last ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join('  '),
  );
}
