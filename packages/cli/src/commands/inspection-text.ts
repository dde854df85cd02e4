import type { Inspection } from '@lowbit/onnx';
import { formatBytes, formatCount, formatRatio } from '@lowbit/report';
import { printable, textTable } from '@lowbit/report/text';
import { groups, sum } from 'd3-array';

import type { DataSize } from '../files/data-sizes.js';
import type { Io } from '../io.js';
import { colorsFor } from '../output/colors.js';

const reasonWidth = 52;

/** Domains whose operators need no further name. */
const ownDomains: readonly string[] = ['ai.onnx', 'tensorflow.js'];

/** What `lowbit inspect --json` prints besides the name of the input. */
export interface InspectedFile extends Inspection {
  readonly externalFiles?: readonly (DataSize & { readonly tensors: number })[];
}

/** An inspection as tables for people. */
export function inspectionText(inspection: InspectedFile, io: Io): string {
  const colors = colorsFor(io.stdout);
  const heading = (text: string): string => `\n${colors.bold(text)}\n`;
  const { quantizable, quantizableBytes, skipped, totalBytes } = inspection;
  const part = formatRatio(quantizableBytes, totalBytes);
  const left = sum(skipped, ({ count }) => count);
  return [
    overview(inspection),
    heading('Operators'),
    operatorTable(inspection),
    heading('Constants'),
    typeTable(inspection),
    heading(
      `Can be quantized: ${quantizable.length} weights, ${formatBytes(quantizableBytes)}, ${part} of the file`,
    ),
    weightTable(inspection),
    heading(`Stays as it is: ${left}`),
    skippedTable(inspection),
  ].join('');
}

function overview(inspection: InspectedFile): string {
  const { name, ir, opsets, producer, inputs, outputs, totalBytes } = inspection;
  const { externalFiles = [], alreadyQuantized } = inspection;
  const versions = Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`);
  const value = ({ name: id, type, shape }: Inspection['inputs'][number]): string =>
    `${id}: ${type} ${shape === null ? 'of unknown rank' : `[${shape.map((size) => size ?? '?').join(', ')}]`}`;
  const lines: readonly (readonly [string, string])[] = [
    ['file', `${name}, ${formatBytes(totalBytes)}`],
    ['made by', `${producer.name} ${producer.version}`.trim() || 'unknown'],
    ['versions', [`IR ${ir}`, ...versions].join(', ')],
    ['inputs', inputs.map(value).join('; ')],
    ['outputs', outputs.map(value).join('; ')],
    ...externalFiles.map(({ path, tensors, bytes }): readonly [string, string] => {
      const size = bytes === null ? 'which is missing' : formatBytes(bytes);
      return ['data', `${path}, ${size}: ${tensors} ${tensors === 1 ? 'tensor' : 'tensors'}`];
    }),
    ...(alreadyQuantized === undefined ? [] : [['quantized', alreadyQuantized] as const]),
  ];
  return lines.map(([label, text]) => `${label.padEnd(9)} ${printable(text)}\n`).join('');
}

/** How often each operator is there. */
export function operatorTable({ operators }: Pick<Inspection, 'operators'>): string {
  return textTable(
    [{ label: 'operator' }, { label: 'count', align: 'right' }],
    operators.map(({ op, domain, count }) => [
      ownDomains.includes(domain) ? op : `${domain}.${op}`,
      String(count),
    ]),
  );
}

/** Tensors and bytes by type. */
export function typeTable({ parameters }: Pick<Inspection, 'parameters'>): string {
  return textTable(
    [
      { label: 'type' },
      { label: 'tensors', align: 'right' },
      { label: 'values', align: 'right' },
      { label: 'size', align: 'right' },
    ],
    parameters.types.map(({ type, tensors, count, bytes }) => [
      type,
      formatCount(tensors),
      formatCount(count),
      formatBytes(bytes),
    ]),
  );
}

/** The weights that can be quantized. */
export function weightTable({ quantizable }: Pick<Inspection, 'quantizable'>): string {
  if (quantizable.length === 0) return 'nothing\n';
  return textTable(
    [{ label: 'weight' }, { label: 'operator' }, { label: 'shape' }, { label: 'size', align: 'right' }],
    quantizable.map(({ id, op, shape, bytes }) => [id, op, shape.join(' × '), formatBytes(bytes)]),
  );
}

/** One row a reason, with the operators that it holds for. */
export function skippedTable({ skipped }: Pick<Inspection, 'skipped'>): string {
  if (skipped.length === 0) return 'nothing\n';
  const rows = groups(skipped, ({ reason }) => reason).map(([reason, entries]) => [
    String(sum(entries, ({ count }) => count)),
    reason,
    entries.map(({ op, count }) => `${count} ${op}`).join(', '),
  ]);
  return textTable(
    [
      { label: 'count', align: 'right' },
      { label: 'reason', width: reasonWidth },
      { label: 'operators', width: reasonWidth },
    ],
    rows,
  );
}
