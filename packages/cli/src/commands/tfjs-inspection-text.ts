import { formatBytes, formatRatio, wordedValue } from '@lowbit/report';
import { printable } from '@lowbit/report/text';
import { sum } from 'd3-array';

import type { Io } from '../io.js';
import { colorsFor } from '../output/colors.js';
import type { TfjsInspection } from '../tfjs/inspect-model.js';
import type { Possible } from '../tfjs/possible.js';
import type { Provenance } from '../tfjs/provenance.js';
import { operatorTable, skippedTable, typeTable, weightTable } from './inspection-text.js';

const kinds = { 'layers-model': 'layers model', 'graph-model': 'graph model' } as const;

/** What is in a TensorFlow.js model, as tables for people. */
export function tfjsInspectionText(inspection: TfjsInspection, io: Io): string {
  const colors = colorsFor(io.stdout);
  const heading = (text: string): string => `\n${colors.bold(text)}\n`;
  const { kind } = inspection;
  return [
    overview(inspection),
    heading(kind === 'graph-model' ? 'Operations' : 'Layers'),
    operatorTable(inspection),
    heading('Weights'),
    typeTable(inspection),
    ...('unknown' in inspection
      ? [heading('What can be quantized is not known'), `  ${printable(inspection.unknown)}\n`]
      : possibleParts(inspection, heading)),
  ].join('');
}

function possibleParts(
  inspection: TfjsInspection & Possible,
  heading: (text: string) => string,
): readonly string[] {
  const { quantizable, quantizableBytes, skipped, parameters } = inspection;
  const part = formatRatio(quantizableBytes, 4 * parameters.count);
  const size = `${formatBytes(quantizableBytes)} as floats, ${part} of all`;
  return [
    heading(`Can be quantized: ${quantizable.length} weights, ${size}`),
    weightTable(inspection),
    heading(`Stays as it is: ${sum(skipped, ({ count }) => count)}`),
    skippedTable(inspection),
  ];
}

function overview(inspection: TfjsInspection): string {
  const { name, totalBytes, kind, generatedBy, lowbit } = inspection;
  const { inputs, outputs } = 'unknown' in inspection ? {} : inspection;
  const lines: readonly (readonly [string, string])[] = [
    ['file', `${name}, with its weight files ${formatBytes(totalBytes)}`],
    ['kind', `TensorFlow.js ${kinds[kind]}`],
    ['made by', generatedBy ?? 'unknown'],
    ...(inputs === undefined ? [] : [['inputs', inputs.map(wordedValue).join('; ')] as const]),
    ...(outputs === undefined ? [] : [['outputs', outputs.map(wordedValue).join('; ')] as const]),
    ...(lowbit === undefined ? [] : provenanceLines(lowbit)),
  ];
  return lines.map(([label, text]) => `${label.padEnd(9)} ${printable(text)}\n`).join('');
}

function provenanceLines({
  packed,
  bitsPerWeight,
  plan,
}: Provenance): readonly (readonly [string, string])[] {
  const stored =
    bitsPerWeight === null
      ? 'by lowbit, and saved without packing'
      : `by lowbit: ${packed} weights packed, ${bitsPerWeight.toFixed(2)} bits each with their scales`;
  const methods = plan?.weights.map(
    ({ quantizer, bits, granularity, count }) => `${count} × ${quantizer} ${bits}-bit per ${granularity}`,
  );
  const activations = plan !== null && plan.activations > 0 ? [`${plan.activations} activations`] : [];
  const words = methods === undefined ? 'none that can be read' : [...methods, ...activations].join(', ');
  return [
    ['quantized', stored],
    ['plan', words],
  ];
}
