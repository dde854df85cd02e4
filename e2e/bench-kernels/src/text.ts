import Table from 'cli-table3';
import type { Reached } from './goals.js';
import type { NetworkRow, VariantResult } from './networks/measure-network.js';
import type { Measured } from './place.js';
import type { Row } from './row.js';

const style = { head: [], border: [], compact: true };

/** All layers of a place as a table: who took how long, and whether kernels gave what they are to give. */
export function placeText({ facts, rows }: Measured): string {
  const { engine, variant, binary, capabilities, isIsolated, sharesMemory, versions } = facts;
  const names = [...new Set(rows.flatMap(({ timings }) => timings.map(({ name }) => name)))];
  const table = new Table({ head: ['', ...rows.map(({ work }) => work.replace(' ', '\n'))], style });
  for (const name of names) table.push([name, ...rows.map((row) => cellText(row, name))]);
  return [
    `${engine}${isIsolated ? ', cross-origin isolated' : ''}; kernels: ${variant}, signs by ${binary}, ${sharesMemory ? 'in' : 'beside'} the memory of TensorFlow.js`,
    Object.entries(versions)
      .map((entry) => entry.join(' '))
      .join(', '),
    ...capabilities.notes,
    table.toString(),
    exactText(rows),
    '',
  ].join('\n');
}

function cellText({ timings }: Row, name: string): string {
  const one = timings.find((timing) => timing.name === name);
  return one ? `${timeText(one.fastest, one.fastestRatio)}\n${timeText(one.median, one.ratio)}` : '';
}

function exactText(rows: readonly Row[]): string {
  const checked = rows.flatMap(({ work, results }) => results.map((one) => ({ ...one, work })));
  const own = checked.filter(({ isExact }) => isExact !== undefined);
  const wrong = own.filter(({ isExact }) => !isExact).map(({ name, work }) => `${name} of ${work}`);
  if (wrong.length > 0) return `Not what the kernels in TypeScript give: ${wrong.join('; ')}`;
  return `All ${own.length} results of kernels are, bit for bit, what those in TypeScript give.`;
}

/** A whole network: who took how long, whether classes stay, and where the time goes that it takes compiled. */
export function networkText({ network, timings, variants }: NetworkRow): string {
  return [
    network,
    ...timings.map(
      (one) =>
        `  ${one.name}: ${timeText(one.fastest, one.fastestRatio)}, ${timeText(one.median, one.ratio)}`,
    ),
    ...variants.flatMap(variantLines),
    '',
  ].join('\n');
}

/** Lines of a profile that are printed: the longest. */
const shown = 6;

function variantLines({ name, packed, layers, same, pictures, profile }: VariantResult): string[] {
  return [
    `  ${name}: ${packed} of ${layers} layers packed; ${same} of ${pictures} pictures get the class that they get uncompiled`,
    ...profile.slice(0, shown).map(({ kernel, output, calls, milliseconds, share }) => {
      const of = `${Math.round(100 * share)} %, ${milliseconds.toPrecision(2)} ms`;
      return `    ${of}: ${kernel} to ${output.join('×')}, ${calls} calls`;
    }),
  ];
}

function timeText(time: number, ratio: number): string {
  return `${time.toPrecision(3)} / ${ratio.toFixed(ratio < 10 ? 1 : 0)}×`;
}

/** What was aimed at, and what became of it. */
export function goalsText(reached: readonly Reached[]): string {
  const head = ['work', 'kernels', 'against', 'where', 'goal', 'least', 'fastest rounds', 'medians', ''];
  const table = new Table({ head, style });
  for (const { what, own, rival, place, goal, least, fastest, median, passed } of reached)
    table.push([
      ...[what, own, rival, place, timesText(goal), timesText(least), timesText(fastest), timesText(median)],
      least === undefined ? 'shown' : passed ? 'passed' : 'missed',
    ]);
  return table.toString();
}

function timesText(ratio: number | undefined): string {
  return ratio === undefined ? '' : `${Number(ratio.toPrecision(3))}×`;
}
